// The words for what a service is now, what it is asked to be, and how its main process ended. They are the
// vocabulary of the status record, so their numbers never change.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace reeve::supervise {

enum class phase : std::uint8_t {
    down,
    starting,
    up,
    ready,
    stopping,
    finishing,
    backoff,
    failed,
    skipped,
    done
};

inline constexpr std::array<std::string_view, 10> phase_names{
    "down", "starting", "up", "ready", "stopping", "finishing", "backoff", "failed", "skipped", "done"};
inline constexpr std::string_view name_of(phase value) {
    return phase_names[static_cast<std::size_t>(value)];
}

// Byte 17 of the status record.
enum class want : std::uint8_t { once = 0, down = 'd', up = 'u' };

// Why the last main process is no more. The first three are plain ends; the others say who ended it.
enum class cause : std::uint8_t {
    none,     // it has not ended yet
    exited,   // by itself, with an exit code
    killed,   // by a signal
    dumped,   // by a signal, with a core
    timeout,  // not ready within timeout-up
    watchdog, // WATCHDOG=1 did not come in time
    health,   // health failed health-failures times
    failed,   // the start itself failed: exec, condition, or no main process found
    unknown,  // it ended while no supervise saw it, and the kernel does not tell
};

inline constexpr std::array<std::string_view, 9> cause_names{
    "none", "exited", "killed", "dumped", "timeout", "watchdog", "health", "failed", "unknown"};
inline constexpr std::string_view name_of(cause value) {
    return cause_names[static_cast<std::size_t>(value)];
}

// Why a service is in phase `failed`.
enum class give_up : std::uint8_t { none, asked, finish_said_so, too_many_deaths, restart_policy };

inline constexpr std::array<std::string_view, 5> give_up_names{"none", "asked", "finish exited 125",
                                                               "too many deaths", "not restarted by policy"};
inline constexpr std::string_view name_of(give_up value) {
    return give_up_names[static_cast<std::size_t>(value)];
}

} // namespace reeve::supervise
