// The kinds of namespaces there are: their names, the letters that unshare(1) and nsenter(1) of util-linux have for
// them, their flags (sched.h) and their entries in /proc/PID/ns.
#pragma once

#include "chainload/result.hpp"

#include <span>
#include <string_view>

namespace reeve::chainload {

struct namespace_kind {
    char letter;
    std::string_view name;
    const char* entry; // of /proc/PID/ns
    int flag;          // CLONE_NEW…
};

// Linux, <linux/sched.h>; a C library's <sched.h> may lack the later ones.
inline constexpr int new_time = 0x00000080, new_mount = 0x00020000, new_cgroup = 0x02000000,
                     new_uts = 0x04000000, new_ipc = 0x08000000, new_user = 0x10000000, new_pid = 0x20000000,
                     new_net = 0x40000000;

// The user namespace comes first: whoever is in it may enter those that belong to it. The others go on in an order in
// which no one is in the way of the next.
inline constexpr namespace_kind namespace_kinds[] = {
    {'U', "user", "user", new_user}, {'C', "cgroup", "cgroup", new_cgroup}, {'i', "ipc", "ipc", new_ipc},
    {'u', "uts", "uts", new_uts},    {'n', "net", "net", new_net},          {'p', "pid", "pid", new_pid},
    {'T', "time", "time", new_time}, {'m', "mount", "mnt", new_mount},
};

inline const namespace_kind* find_namespace_kind(std::string_view name) {
    for (const auto& one : namespace_kinds)
        if (one.name == name || one.entry == name) return &one;
    return nullptr;
}

// The flags of "KIND,KIND…"; 0: a word of it is none.
inline int namespace_flags(std::string_view list) {
    int flags = 0;
    for (;;) {
        std::size_t comma = list.find(',');
        auto kind = find_namespace_kind(list.substr(0, comma));
        if (kind == nullptr) return 0;
        flags |= kind->flag;
        if (comma == std::string_view::npos) return flags;
        list.remove_prefix(comma + 1);
    }
}

// Enters new namespaces of these kinds. "make a mount namespace" and so on is the step that failed, if one kind is
// asked for, else "make namespaces".
result<void> make_namespaces(int flags);

// What to add to the reason of a failure: what would help.
std::string_view hint_about(int error);

} // namespace reeve::chainload
