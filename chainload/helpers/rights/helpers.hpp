// Who runs it: the helpers of chainload-rights(1).
#pragma once

#include "chainload/helpers/helper.hpp"

namespace reeve::chainload {

next run_setuidgid(char** arguments, process& self);
next run_envuidgid(char** arguments, process& self);

// clang-format off
inline constexpr helper rights_helpers[] = {
    {"setuidgid", run_setuidgid, "account child", "run with the rights of an account", usage_error, system_error},
    {"envuidgid", run_envuidgid, "account child", "put an account's ids into UID and GID", usage_error, system_error},
};
// clang-format on

} // namespace reeve::chainload
