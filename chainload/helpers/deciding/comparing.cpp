#include "chainload/helpers/deciding/comparing.hpp"

#include "chainload/number.hpp"

#include <limits>

namespace reeve::chainload {

namespace {
bool is_ordering(comparison how) {
    return how != comparison::equal && how != comparison::unequal;
}

// -1, 0 or 1: what stands left of the value is less, equal or greater.
bool fits(int order, comparison how) {
    switch (how) {
    case comparison::equal: return order == 0;
    case comparison::unequal: return order != 0;
    case comparison::less: return order < 0;
    case comparison::less_or_equal: return order <= 0;
    case comparison::greater: return order > 0;
    case comparison::greater_or_equal: return order >= 0;
    case comparison::none: break;
    }
    return false;
}

// The number at the beginning of `version`, which is cut off with one dot; 0 where there is none.
std::uint64_t take_part(std::string_view& version) {
    std::uint64_t part = 0;
    std::size_t digits = 0;
    for (; digits < version.size() && version[digits] >= '0' && version[digits] <= '9' && digits < 18;
         ++digits)
        part = part * 10 + static_cast<std::uint64_t>(version[digits] - '0');
    version.remove_prefix(digits);
    version.remove_prefix(version.starts_with('.') ? 1 : version.size()); // "44-amd64": the rest is no number
    return part;
}
} // namespace

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
    constexpr std::string_view units = "KMGT";
    std::uint64_t unit = 1;
    if (std::size_t at = text.empty() ? std::string_view::npos : units.find(text.back());
        at != std::string_view::npos) {
        unit = std::uint64_t{1024} << (10 * at);
        text.remove_suffix(1);
    }
    auto number = parse_number<std::uint64_t>(text);
    if (!number || *number > std::numeric_limits<std::uint64_t>::max() / unit) return std::nullopt;
    return *number * unit;
}

bool is_comparable(value_kind kind, comparison how, std::string_view value) {
    switch (kind) {
    case value_kind::truth: return false;
    case value_kind::text: return !is_ordering(how) || parse_number<std::uint64_t>(value);
    case value_kind::number: return parse_number<std::uint64_t>(value).has_value();
    case value_kind::bytes: return parse_bytes(value).has_value();
    case value_kind::version:
        for (std::size_t i = 0; i < value.size(); ++i) {
            bool digit = value[i] >= '0' && value[i] <= '9';
            bool dot = value[i] == '.' && i > 0 && value[i - 1] != '.' && i + 1 < value.size();
            if (!digit && !dot) return false;
        }
        return !value.empty() && value.size() < 18;
    }
    return false;
}

bool compare_numbers(std::uint64_t found, comparison how, std::uint64_t value) {
    return fits(found < value ? -1 : found > value ? 1 : 0, how);
}

std::optional<bool> compare_texts(std::string_view found, comparison how, std::string_view value) {
    if (!is_ordering(how)) return fits(found == value ? 0 : 1, how);
    auto left = parse_number<std::uint64_t>(found), right = parse_number<std::uint64_t>(value);
    if (!left || !right) return std::nullopt;
    return compare_numbers(*left, how, *right);
}

bool compare_versions(std::string_view found, comparison how, std::string_view value) {
    int order = 0;
    while (!value.empty() && order == 0) {
        std::uint64_t left = take_part(found), right = take_part(value);
        order = left < right ? -1 : left > right ? 1 : 0;
    }
    return fits(order, how);
}

} // namespace reeve::chainload
