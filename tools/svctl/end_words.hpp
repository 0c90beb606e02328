// How a main process ended, and amounts of memory and processor time, in the words of status. Pure.
#pragma once

#include "supervise/phase.hpp"

#include <cstdint>
#include <string>

namespace reeve::svctl {

// "exit 0", "signal KILL", "signal SEGV (core)", "timeout", "health", "start failed", "unknown"; empty for none.
// `wait_status` is as waitpid reports it.
std::string end_words(supervise::cause cause, std::uint32_t wait_status);

// end_words, and for an end that supervise brought about also how the process then went:
// "timeout (signal KILL)".
std::string end_words_in_full(supervise::cause cause, std::uint32_t wait_status);

// "640K", "12.3M", "1.2G": at most four digits' width and a unit of 1024.
std::string memory_words(std::uint64_t bytes);

// "0.31s", "42s", "3m 5s": processor time.
std::string cpu_words(std::uint64_t milliseconds);

// "want up" as it stands in the record: "up", "down", "once".
std::string_view want_word(supervise::want want);

} // namespace reeve::svctl
