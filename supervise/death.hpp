// supervise/deaths: a ring of the last 32 ends of main processes that no command asked for. Entry n of the
// service's life stands at slot n mod 32, so the reader sorts by time.
#pragma once

#include "chainload/result.hpp"
#include "chainload/tai64n.hpp"
#include "supervise/phase.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace reeve::supervise {

inline constexpr std::size_t remembered_deaths = 32;
inline constexpr std::size_t death_bytes = 32;

struct death {
    chainload::tai64n time{};
    std::uint32_t pid = 0;
    std::uint32_t wait_status = 0; // as waitpid reports it
    std::uint64_t uptime_ms = 0;
    supervise::cause cause = cause::none;
};

// Little-endian: stamp 0–11 (big-endian TAI64N), pid 12–15, wait status 16–19, uptime in ms 20–27, cause 28.
std::array<unsigned char, death_bytes> pack(const death& entry);
// Nothing for an empty or damaged slot.
std::optional<death> unpack_death(std::span<const unsigned char, death_bytes> bytes);

// Writes `entry` as the `number`th death (from 0). `dir` is the service directory.
chainload::result<void> record_death(int dir, std::uint64_t number, const death& entry);

// All remembered deaths, oldest first; fewer than 32 at first. ENOENT if none ever.
struct death_list {
    std::array<death, remembered_deaths> entries;
    std::size_t count = 0;
};
chainload::result<death_list> read_deaths(int dir);

} // namespace reeve::supervise
