// What an earlier svscan of the same directory left running: found by status records, checked by pid and start time.
#pragma once

#include "chainload/unique_fd.hpp"
#include "svscan/places.hpp"

#include <optional>

namespace reeve::svscan {

// One supervise as its record tells, if the record is of this tree.
struct found_supervisor {
    bool of_tree = false;         // there is a record of this tree
    bool main_alive = false;      // the service's main process
    pid_t main = 0;               // 0: none
    pid_t pid = 0;                // of the supervise, if it lives; else 0
    chainload::unique_fd process; // its pidfd
    bool is_child = false;        // of this process: a PID 1 that exec'd itself again
    bool aside = false;
    bool unknown = false; // something could not be read: there may be a supervise, or a main process
};
found_supervisor find_supervisor(const places& where, place which, const supervise::tree_id& tree);

// The control FIFO of a live supervise, by the way it has it open itself: its path may be gone. Invalid if it has none.
chainload::unique_fd open_control_of(pid_t supervise);

// Whether its standard output is the pipe of a pair: one as shell_start.cpp makes them, and not that of the catch-all
// logger. Tells that a logger is to be there although none has been started yet.
bool writes_to_logger(pid_t supervise, ino_t catch_all);

// The pipe between a service and its logger, both ends newly opened.
struct pipe_ends {
    chainload::unique_fd read, write;
    bool logger_elsewhere =
        false; // the logger's supervise reads from something else, and must be started again
};
// Taken back through /proc/PID/fd/N of what lives on either side. Nothing if neither side lives, or what is there
// is no pipe: then a new one is needed.
std::optional<pipe_ends> take_back_pipe(const found_supervisor& writer, const found_supervisor& reader);

} // namespace reeve::svscan
