// What it can see and do: the helpers of chainload-isolation(1).
#pragma once

#include "chainload/helpers/helper.hpp"

namespace reeve::chainload {

next run_unshare(char** arguments, process& self);
next run_join_ns(char** arguments, process& self);
next run_private_tmp(char** arguments, process& self);
next run_read_only(char** arguments, process& self);
next run_hide(char** arguments, process& self);
next run_landlock(char** arguments, process& self);
next run_seccomp_deny(char** arguments, process& self);
next run_cgroup_enter(char** arguments, process& self);

// clang-format off
inline constexpr helper isolation_helpers[] = {
    {"unshare", run_unshare, "[-munipUCTfrc] [--OPTION ...] [KIND[,KIND ...]] PROGRAM ...", "run in namespaces of its own"},
    {"join-ns", run_join_ns, "[-p PID[:KIND,...]] [KIND=PATH ...] PROGRAM ...", "run in namespaces of others"},
    {"private-tmp", run_private_tmp, "[-s SIZE] [-i INODES] [-m MODE] [-d DIRECTORY:...] PROGRAM ...", "give it an empty /tmp and /var/tmp of its own"},
    {"read-only", run_read_only, "[-i] [-w PATH:...] PATH:... PROGRAM ...", "let it change nothing below some paths"},
    {"hide", run_hide, "[-i] PATH:... PROGRAM ...", "take some paths out of its sight"},
    {"landlock", run_landlock, "[-si] [-r PATH] [-w PATH] [-x PATH] [--bind PORTS] [--connect PORTS] [--scope KIND] PROGRAM ...", "let it reach some files and ports only"},
    {"seccomp-deny", run_seccomp_deny, "[-k] [-e ERROR] NAME[,NAME ...] PROGRAM ...", "deny it some system calls"},
    {"cgroup-enter", run_cgroup_enter, "[-c] PATH [FILE=VALUE ...] PROGRAM ...", "run in a cgroup, with its values set"},
};
// clang-format on

} // namespace reeve::chainload
