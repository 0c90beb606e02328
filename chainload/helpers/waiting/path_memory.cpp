#include "chainload/helpers/waiting/path_memory.hpp"

#include "chainload/file.hpp"
#include "chainload/helpers/waiting/synced_file.hpp"
#include "chainload/hex.hpp"
#include "chainload/text.hpp"

#include <bit>

namespace reeve::chainload {

namespace {
constexpr std::size_t digits = 16, line_bytes = 2 * digits + 2; // a blank between, a newline behind

using number_bytes = std::array<unsigned char, 8>;

std::uint64_t hash_of(std::string_view path) {
    std::uint64_t hash = 14695981039346656037u; // FNV-1a
    for (char c : path) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    return hash;
}

void add_hex(auto& to, std::uint64_t number) {
    auto hex = format_hex(std::bit_cast<number_bytes>(number));
    to.add(std::string_view(hex.data(), hex.size()));
}

std::optional<std::uint64_t> read_hex(std::string_view text) {
    auto bytes = parse_hex<8>(text);
    if (!bytes) return std::nullopt;
    return std::bit_cast<std::uint64_t>(*bytes);
}
} // namespace

result<bool> recall_paths(const char* file, std::span<path_condition> conditions) {
    char buffer[most_path_conditions * line_bytes + 1];
    auto text = read_whole_at(AT_FDCWD, file, buffer);
    if (!text && text.why().error == ENOENT) return false;
    if (!text) return failure{text.why().error == E2BIG ? EINVAL : text.why().error, "read"};
    for (std::string_view rest = *text; !rest.empty(); rest.remove_prefix(line_bytes)) {
        if (rest.size() < line_bytes || rest[digits] != ' ' || rest[line_bytes - 1] != '\n')
            return failure{EINVAL, "read"};
        auto path = read_hex(rest.substr(0, digits)), before = read_hex(rest.substr(digits + 1, digits));
        if (!path || !before) return failure{EINVAL, "read"};
        for (auto& one : conditions)
            if (hash_of(one.path) == *path) one.before = *before;
    }
    return true;
}

result<void> remember_paths(const char* file, std::span<const path_condition> conditions) {
    text_buffer<most_path_conditions * line_bytes + 1> text;
    for (const auto& one : conditions) {
        if (one.wanted != path_state::changed) continue;
        auto now = fingerprint(one.path);
        if (!now) return now.why();
        add_hex(text, hash_of(one.path));
        text.add(' ');
        add_hex(text, *now);
        text.add('\n');
    }
    return write_synced_file(file, text.view());
}

} // namespace reeve::chainload
