#include "chainload/helpers/rights/capability_list.hpp"

#include <linux/securebits.h>

namespace reeve::chainload {

namespace {
constexpr std::string_view all = "all";

struct bit_name {
    std::string_view name;
    unsigned bit;
};
constexpr bit_name securebits[] = {
    {"noroot", SECBIT_NOROOT},
    {"noroot_locked", SECBIT_NOROOT_LOCKED},
    {"no_setuid_fixup", SECBIT_NO_SETUID_FIXUP},
    {"no_setuid_fixup_locked", SECBIT_NO_SETUID_FIXUP_LOCKED},
    {"keep_caps", SECBIT_KEEP_CAPS},
    {"keep_caps_locked", SECBIT_KEEP_CAPS_LOCKED},
    {"no_cap_ambient_raise", SECBIT_NO_CAP_AMBIENT_RAISE},
    {"no_cap_ambient_raise_locked", SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED},
};

// parse(word) gives the bits of a word, 0 for none.
template <class Set, class Parse>
std::string_view change(std::string_view list, Set& set, Parse&& parse) {
    if (!list.starts_with('+') && !list.starts_with('-')) set = 0;
    while (!list.empty()) {
        std::size_t comma = list.find(',');
        std::string_view word = list.substr(0, comma), name = word;
        bool removes = word.starts_with('-');
        if (removes || word.starts_with('+')) name.remove_prefix(1);
        auto bits = parse(name);
        if (!bits) return word.empty() ? list : word;
        set = removes ? set & ~*bits : set | *bits;
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    }
    return {};
}
} // namespace

std::string_view change_set(std::string_view list, capability_set possible, capability_set& set) {
    return change(list, set, [possible](std::string_view name) -> std::optional<capability_set> {
        if (name == all) return possible;
        auto number = parse_capability(name);
        return number ? std::optional(only(*number)) : std::nullopt;
    });
}

std::string_view change_securebits(std::string_view list, unsigned& bits) {
    return change(list, bits, [](std::string_view name) -> std::optional<unsigned> {
        if (name == all) return SECURE_ALL_BITS;
        for (const auto& one : securebits)
            if (one.name == name) return one.bit;
        return std::nullopt;
    });
}

} // namespace reeve::chainload
