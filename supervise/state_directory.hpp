// supervise/: made, locked and furnished at start-up.
#pragma once

#include "chainload/result.hpp"
#include "chainload/unique_fd.hpp"
#include "supervise/status_record.hpp"

#include <optional>

namespace reeve::supervise {

struct state_directory {
    chainload::unique_fd lock;    // held as long as supervise lives
    chainload::unique_fd control; // read-write, so that it never sees an end of file
    chainload::unique_fd ok;      // read end: that it is open is the message
    bool open_to_others = false;  // neither root nor we alone decide what is in it
};

// Makes what is missing (a dangling symlink's target too), takes the lock, opens the FIFOs; `ok` is left to announce().
//
// The lock is flock'ed, as by daemontools and runit, and also fcntl-locked, as by s6: so whoever of the family
// holds the directory, two supervisors never run it at once. EWOULDBLOCK, step "acquire supervise/lock", if it
// is held. A child that a killed supervise of ours was just about to exec holds it for a moment: that is waited for.
chainload::result<state_directory> open_state_directory(int dir);

// Opens `ok`, which tells the world that the service is supervised: when there is a record to read.
chainload::result<void> announce(int dir, state_directory& state);

// Whether a live process stands behind the record: the supervise that wrote it.
bool writer_lives(const status_record& record);

} // namespace reeve::supervise
