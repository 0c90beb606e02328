// A supervisor's FIFOs, and the client's side of them. Nothing here waits: a full pipe is EAGAIN, a missing reader ENXIO.
#pragma once

#include "chainload/result.hpp"
#include "chainload/unique_fd.hpp"

#include <string_view>

namespace reeve::supervise {

// Opens the FIFO `path`, for `access` O_WRONLY, O_RDONLY or O_RDWR. Anything else in its place is refused, a symlink
// too: opening a device may do something by itself, and letters in somebody's file are damage.
chainload::result<chainload::unique_fd> open_fifo(int dir, const char* path, int access, const char* step);

// Whether a supervise runs there: supervise/ok can be opened for writing. ENOENT: there never was one.
// `dir` is the service directory.
chainload::result<bool> is_supervised(int dir);

// Writes the letters to supervise/control in one write. ENXIO if no supervise runs there.
chainload::result<void> send_letters(int dir, std::string_view letters);

} // namespace reeve::supervise
