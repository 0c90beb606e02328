// One datagram of the sd_notify protocol (systemd's sd_notify(3)): lines NAME=VALUE. The parser is pure and strict:
// a line with an unknown name or a bad value is skipped and remembered, and the lines around it count.
//
// Who may send, and what a field does, is decided elsewhere.
#pragma once

#include "chainload/text.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <sys/types.h>

namespace reeve::supervise {

// All texts point into the datagram. Of a name that comes twice the last valid line counts.
struct notify_message {
    bool ready = false;            // READY=1
    bool reloading = false;        // RELOADING=1
    bool stopping = false;         // STOPPING=1
    bool watchdog_ping = false;    // WATCHDOG=1
    bool watchdog_trigger = false; // WATCHDOG=trigger: treat it as if the watchdog had expired
    bool fd_store = false;         // FDSTORE=1, the descriptors come with the datagram
    bool fd_store_remove = false;  // FDSTOREREMOVE=1, those called fd_name
    bool barrier = false; // BARRIER=1, close the descriptor that came with it when all before is done
    std::optional<pid_t> main_pid;
    std::optional<std::uint64_t> watchdog_usec; // 0 switches the watchdog off
    std::optional<std::uint64_t> extend_usec;   // EXTEND_TIMEOUT_USEC
    std::optional<int> error_number;            // ERRNO
    std::optional<int> exit_status;             // 0 to 255
    std::optional<std::string_view> status;     // as sent: show it through clean_status
    std::optional<std::string_view> fd_name;    // 1 to 255 printable ASCII characters without ':'
    std::string_view first_bad_line;            // empty if there is none
};

// Times longer than 10^15 µs (31 years), "infinity" included, are taken as that.
inline constexpr std::uint64_t longest_notify_usec = 1'000'000'000'000'000;
inline constexpr std::size_t longest_fd_name = 255;

notify_message parse_notify(std::string_view datagram);

// STATUS= as it goes into the status record: at most 127 bytes of valid UTF-8, cut between characters; control
// characters become blanks, and bytes that are not UTF-8 question marks.
chainload::text_buffer<128> clean_status(std::string_view status);

} // namespace reeve::supervise
