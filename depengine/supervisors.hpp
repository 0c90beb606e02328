// The engine's two dealings with a supervisor: its status record is read, and letters are written to its control FIFO.
// Neither ever waits. Paths are looked up below a descriptor of the scan directory, and where there
// is no NAME/supervise below one of STATE_ROOT.
#pragma once

#include "chainload/result.hpp"
#include "depengine/tree_place.hpp"
#include "supervise/status_record.hpp"

#include <cstdint>
#include <string_view>

namespace reeve::depengine {

// NAME/supervise/status. ENOENT or ENOTDIR: there is none.
chainload::result<supervise::status_record> read_record(const tree_place& where, std::string_view name);

// One letter to NAME/supervise/control. EAGAIN: the pipe is full; ENXIO: nobody reads; ENOENT: there is no supervisor.
chainload::result<void> send_letter(const tree_place& where, std::string_view name, char letter);

// How many letters stand in NAME/supervise/control that its supervisor has not read yet; 0 if there is none.
std::uint64_t unread_letters(const tree_place& where, std::string_view name);

} // namespace reeve::depengine
