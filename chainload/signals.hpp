// Signal names and numbers, and the state a child must start with.
#pragma once

#include <csignal>
#include <optional>
#include <string_view>

namespace reeve::chainload {

inline constexpr int highest_signal = 64;

// "TERM", "SIGTERM" or "15" to 15; nothing for anything else. The names are those of signal(7).
std::optional<int> parse_signal(std::string_view text);
// 15 to "TERM"; an unnamed (realtime) signal is "".
std::string_view signal_name(int signal);

// Every disposition becomes the default. Called once at start-up by a program that never ignores a signal:
// exec then needs no more than an empty mask, because caught signals are reset by it anyway.
void default_all_signals();
// The mask becomes full / empty.
void block_all_signals();
void unblock_all_signals();

} // namespace reeve::chainload
