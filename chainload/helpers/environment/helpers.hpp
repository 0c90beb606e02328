// The variables it gets: the helpers of chainload-environment(1).
#pragma once

#include "chainload/helpers/helper.hpp"

namespace reeve::chainload {

next run_envdir(char** arguments, process& self);
next run_envfile(char** arguments, process& self);
next run_export(char** arguments, process& self);
next run_unexport(char** arguments, process& self);
next run_emptyenv(char** arguments, process& self);
next run_prepend_path(char** arguments, process& self);
next run_append_path(char** arguments, process& self);

// clang-format off
inline constexpr helper environment_helpers[] = {
    {"envdir", run_envdir, "dir child", "set variables from the files of a directory", system_error, system_error},
    {"envfile", run_envfile, "[-f] [-I] FILE PROGRAM ...", "set variables from a file of NAME=VALUE lines"},
    {"export", run_export, "NAME VALUE PROGRAM ...", "set a variable"},
    {"unexport", run_unexport, "NAME PROGRAM ...", "remove a variable"},
    {"emptyenv", run_emptyenv, "[-p] [-k NAME] ... PROGRAM ...", "remove all variables but the named ones"},
    {"prepend-path", run_prepend_path, "NAME ENTRY PROGRAM ...", "add an entry at the beginning of a path list"},
    {"append-path", run_append_path, "NAME ENTRY PROGRAM ...", "add an entry at the end of a path list"},
};
// clang-format on

} // namespace reeve::chainload
