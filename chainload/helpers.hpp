// The helpers there are. Dispatch, --list, --help, the manual check and the tests loop over the table.
#pragma once

#include "chainload/helper.hpp"

#include <span>

namespace reeve::chainload {

next run_append_path(char** arguments, process& self);
next run_argv0(char** arguments, process& self);
next run_cd(char** arguments, process& self);
next run_emptyenv(char** arguments, process& self);
next run_envdir(char** arguments, process& self);
next run_envuidgid(char** arguments, process& self);
next run_export(char** arguments, process& self);
next run_fdclose(char** arguments, process& self);
next run_fdmove(char** arguments, process& self);
next run_fghack(char** arguments, process& self);
next run_nice(char** arguments, process& self);
next run_oom_score(char** arguments, process& self);
next run_pgrphack(char** arguments, process& self);
next run_prepend_path(char** arguments, process& self);
next run_redirfd(char** arguments, process& self);
next run_setlock(char** arguments, process& self);
next run_setsid(char** arguments, process& self);
next run_setuidgid(char** arguments, process& self);
next run_softlimit(char** arguments, process& self);
next run_umask(char** arguments, process& self);
next run_unexport(char** arguments, process& self);

std::span<const helper> all_helpers();
// nullptr: there is none of that name.
const helper* find_helper(std::string_view name);

// A name that a variable can have.
constexpr bool is_variable_name(std::string_view name) {
    return !name.empty() && name.find('=') == std::string_view::npos;
}

} // namespace reeve::chainload
