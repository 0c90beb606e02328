// The processes that belong to one service.
//
// All descendants of supervise belong to it, because supervise is their subreaper. What a killed supervise left
// behind belongs to the service too, but is no longer a descendant of its successor: those are found by their
// session or by the SERVICE_DIR in their environment.
//
// A child is signalled by pid, which is safe while only we can reap it; everything else through a pidfd whose
// process was looked at after the pidfd was opened.
#pragma once

#include "chainload/result.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <sys/types.h>

namespace reeve::supervise {

// Sends `signal` to each own child, except those in `spare`. Returns how many there were, or what kept it from one of
// them. Their children become ours when they end, so repeating this on every SIGCHLD empties the tree.
chainload::result<std::size_t> signal_children(int signal, std::span<const pid_t> spare);

// Sends `signal` to `root` (an unreaped child) and all its descendants, parents first.
void signal_subtree(pid_t root, int signal);

// Whether `pid` is a descendant of this process.
bool is_descendant(pid_t pid);

// The child of ours that has run longest, zombies and `spare` left out; nothing if there is none.
std::optional<pid_t> oldest_child(std::span<const pid_t> spare);

// Who a predecessor's processes are.
struct stray_marks {
    std::string_view service_dir; // SERVICE_DIR of their environment
    uid_t user = 0;          // whose real user is this one or our own, else anybody may have set the variable
    pid_t session = 0;       // or their session, if that is not 0 …
    std::uint64_t since = 0; // … and they started then (clock ticks since boot) or later
    pid_t spare = 0;         // never this one: the adopted main process, while it lives
};

struct stray_census {
    std::size_t count = 0; // of those that is_stray is sure of
    pid_t oldest = 0;
    bool incomplete = false; // there may be more: not all of /proc could be read
};
// Sends `signal` (0: none) to each process that bears the marks and is not a descendant of ours; of another user too, who
// could not make anybody else's process bear them, but such a one is not counted. Reads all of /proc: only for a
// service that was adopted.
stray_census signal_strays(const stray_marks& marks, int signal);

// The real user of a process: its effective one may be that of a program with set-user-ID.
std::optional<uid_t> real_user_of(pid_t pid);

// Whether `pid` bears the marks.
bool is_stray(const stray_marks& marks, pid_t pid);

} // namespace reeve::supervise
