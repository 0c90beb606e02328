// Whose rights a program gets: an account's name looked up, or numbers.
//
// A name is looked for in /etc/passwd and /etc/group, and what is not there by asking getent.
#pragma once

#include "chainload/result.hpp"

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <sys/types.h>

namespace reeve::chainload {

inline constexpr std::size_t most_groups = 256;

struct account {
    std::string_view name; // as in the text; empty: it is numbers
    bool local = false;    // the name is in /etc/passwd
    uid_t user = 0;
    std::array<gid_t, most_groups> groups; // the first is the main group
    std::size_t group_count = 0;
    bool groups_given = false; // they are in the text, not the account's own

    std::span<const gid_t> all_groups() const { return {groups.data(), group_count}; }
    // False: there is no room.
    bool add_group(gid_t group) {
        if (group_count == most_groups) return false;
        groups[group_count++] = group;
        return true;
    }
};

// "NAME" (its own main group), "NAME:GROUP…" or ":UID:GID…"; groups are names or numbers. ENOENT: there is no such
// account or group. `environment` is for getent.
result<account> find_account(std::string_view text, char* const* environment);

// Adds the groups that the account's name is a member of: those of /etc/group for a name of /etc/passwd, else those
// that getent tells. E2BIG: more than most_groups. ENOENT: nobody can tell.
result<void> add_memberships(account& into, char* const* environment);

// A number that can be an id: the one that means "leave it as it is" to the system calls is nobody's.
std::optional<std::uint32_t> parse_id(std::string_view text);

} // namespace reeve::chainload
