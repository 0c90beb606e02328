// Whose rights a program gets: an account's name looked up, or numbers.
//
// A static program cannot use NSS. So a name is looked for in /etc/passwd and /etc/group, and what is not there
// (LDAP, systemd) by running getent, which can.
#pragma once

#include "chainload/result.hpp"

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <sys/types.h>

namespace reeve::chainload {

inline constexpr std::size_t most_groups = 64;

struct account {
    uid_t user = 0;
    std::array<gid_t, most_groups> groups{}; // the first is the main group
    std::size_t group_count = 0;
    bool groups_given = false; // they are in the text, not the account's own

    std::span<const gid_t> all_groups() const { return {groups.data(), group_count}; }
};

// "NAME" (its own main group), "NAME:GROUP…" or ":UID:GID…"; groups are names or numbers. ENOENT: there is no such
// account or group. `environment` is for getent.
result<account> find_account(std::string_view text, char* const* environment);

} // namespace reeve::chainload
