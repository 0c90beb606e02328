// What the engine knows and wants of one service: what its supervisor last said, and what is kept on disk.
#pragma once

#include "supervise/status_record.hpp"

#include <cstdint>

namespace reeve::depengine {

// What a status record says, as far as the engine cares. `known` is false while there is no record of this tree.
struct observation {
    bool known = false;
    bool waits_for_engine = false; // no command has reached this supervisor yet
    supervise::phase phase = supervise::phase::down;
    supervise::want want = supervise::want::down;
    supervise::cause cause = supervise::cause::none;
    supervise::give_up give_up = supervise::give_up::none;
    std::uint32_t pid = 0;
    std::uint32_t wait_status = 0;
    std::uint64_t starts = 0, deaths = 0, commands = 0;
    std::uint64_t main_start = 0;      // when the main process began, clock ticks since boot
    std::uint64_t supervise_start = 0; // which supervisor's life this is
    std::uint64_t next_start = 0;      // in backoff: ms since the epoch
    bool operator==(const observation&) const = default;

    bool at_rest() const {
        return !known || phase == supervise::phase::down || phase == supervise::phase::failed ||
               phase == supervise::phase::skipped;
    }
    bool ready() const {
        return known && (phase == supervise::phase::ready || phase == supervise::phase::done);
    }
};

// A record of another tree, or one that an orderly exit left behind, is none.
observation observe(const supervise::status_record& record, const supervise::tree_id& tree);

// What was asked for explicitly.
enum class intent : std::uint8_t { none, up, down };

// What the engine is about to do. It is on disk before anything is sent, so that the next engine neither forgets nor
// repeats it, and can tell what it did itself from what somebody did by hand.
enum class action : std::uint8_t {
    none,
    start,   // starts must exceed `beyond`
    restart, // the same, after a stop
    again,   // a restart whose stop is done: as start, but what persists goes on persisting
    stop,    // must come to rest
};
constexpr bool brings_up(action what) {
    return what == action::start || what == action::restart || what == action::again;
}

// What `.depengine/intents` holds of one service.
struct wish {
    depengine::intent intent = intent::none;
    depengine::action action = action::none;
    bool run = false;       // it was to run when this was written
    bool alone = false;     // asked for with mode `only`: its relations count for nothing
    bool unordered = false; // asked for with mode `ignore-order`
    std::uint64_t beyond = 0;
    std::uint64_t acted =
        0; // on-failure and on-success: the number of starts + 1 for which they were acted upon
    bool operator==(const wish&) const = default;
};

} // namespace reeve::depengine
