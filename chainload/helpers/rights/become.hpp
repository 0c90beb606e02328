// Becoming somebody else for good, as setuidgid and its relatives do: no way back is left, and that is looked at.
#pragma once

#include "chainload/helpers/rights/account.hpp"

namespace reeve::chainload {

// What is not said stays as it is.
struct identity {
    std::optional<std::span<const gid_t>> groups; // the supplementary ones, at most most_groups
    std::optional<gid_t> group;
    std::optional<uid_t> user;
};

// Takes groups, group and user, in this order, real, effective and saved; of the capabilities a user other than root
// keeps the ambient ones, as an exec would leave them. Then asks the kernel what came of it, and tries to get root's
// rights back. Steps: "setgid", "setuid" (daemontools' words), "drop capabilities", "give up the former rights".
result<void> become(const identity& who);

// All of an account's.
result<void> become(const account& who);

} // namespace reeve::chainload
