// The client's side of a supervisor's FIFOs. Nothing here waits: a full pipe is EAGAIN, a missing reader ENXIO.
#pragma once

#include "chainload/result.hpp"

#include <string_view>

namespace reeve::supervise {

// Whether a supervise runs there: supervise/ok can be opened for writing. ENOENT: there never was one.
// `dir` is the service directory.
chainload::result<bool> is_supervised(int dir);

// Writes the letters to supervise/control in one write. ENXIO if no supervise runs there.
chainload::result<void> send_letters(int dir, std::string_view letters);

} // namespace reeve::supervise
