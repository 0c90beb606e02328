// Where it runs: the helpers of chainload-place(1).
#pragma once

#include "chainload/helpers/helper.hpp"

namespace reeve::chainload {

next run_cd(char** arguments, process& self);
next run_umask(char** arguments, process& self);
next run_chroot(char** arguments, process& self);
next run_runtime_dir(char** arguments, process& self);

// clang-format off
inline constexpr helper place_helpers[] = {
    {"cd", run_cd, "DIR PROGRAM ...", "change the directory"},
    {"umask", run_umask, "MASK PROGRAM ...", "set the file mode creation mask"},
    {"chroot", run_chroot, "[--skip-chdir] [--userspec=ACCOUNT] [--groups=GROUP,...] DIR PROGRAM ...", "change the root directory"},
    {"runtime-dir", run_runtime_dir, "[-p] [-m MODE] [-o ACCOUNT] PATH PROGRAM ...", "make a directory for an account"},
};
// clang-format on

} // namespace reeve::chainload
