// One supervisor and its service as the engine sees them: letters go in, records come out, and everything takes as
// long as the case wants it to.
#pragma once

#include "depengine/service_state.hpp"
#include "tests/property/naive_model.hpp"

#include <deque>

namespace reeve::tests {

class simulated_supervisor {
public:
    simulated_supervisor(supervise::service_kind kind, bool waits_for_engine)
        : kind_(kind) {
        record.known = true;
        record.waits_for_engine = waits_for_engine;
        record.supervise_start = 1;
    }

    depengine::observation record;
    std::deque<char> fifo;
    fate goes = fate::well;
    spent why = spent::no; // why it is at rest after its last start
    bool by_hand = false;  // its last start was none of the engine's doing
    bool stale = true;     // nobody has read the record since it changed
    std::uint64_t all_starts = 0;

    bool live() const { return !record.at_rest() && record.phase != supervise::phase::backoff; }
    bool can_move() const;
    void take_letter(std::uint64_t& clock);
    // The next thing that happens by itself.
    void move(std::uint64_t& clock);
    // It dies: for good, ended, or to be restarted.
    void die(happening::kind how);
    void replace();

private:
    void begin(std::uint64_t& clock);
    void count_start(std::uint64_t& clock);
    supervise::service_kind kind_;
};

} // namespace reeve::tests
