#include "tests/property/simulated_supervisor.hpp"

namespace reeve::tests {

using supervise::phase;
using supervise::want;

bool simulated_supervisor::can_move() const {
    return record.phase == phase::starting || record.phase == phase::stopping ||
           record.phase == phase::backoff;
}

void simulated_supervisor::begin(std::uint64_t& clock) {
    why = spent::no;
    record.phase = phase::starting;
    record.give_up = supervise::give_up::none;
    if (goes != fate::skipped) count_start(clock); // its condition comes before that
}

void simulated_supervisor::count_start(std::uint64_t& clock) {
    ++record.starts;
    ++all_starts;
    record.main_start = ++clock;
}

void simulated_supervisor::take_letter(std::uint64_t& clock) {
    char letter = fifo.front();
    fifo.pop_front();
    ++record.commands;
    record.waits_for_engine = false;
    stale = true;
    if (letter != 'u' && letter != 'd') return;
    record.want = letter == 'u' ? want::up : want::down;
    bool rests = record.at_rest();
    if (letter == 'u') {
        if (rests || record.phase == phase::backoff) begin(clock);
    } else if (record.phase == phase::backoff || record.phase == phase::skipped) {
        record.phase = phase::down;
    } else if (!rests) {
        record.phase = phase::stopping;
    }
}

void simulated_supervisor::move(std::uint64_t& clock) {
    stale = true;
    if (record.phase == phase::backoff) return begin(clock);
    if (record.phase == phase::stopping) {
        record.phase = phase::down;
        record.main_start = 0;
        if (record.want == want::up) begin(clock);
        return;
    }
    switch (goes) {
    case fate::well:
        record.phase = kind_ == supervise::service_kind::oneshot ? phase::done : phase::ready;
        if (kind_ == supervise::service_kind::oneshot) record.main_start = 0;
        return;
    case fate::skipped:
        record.phase = phase::skipped;
        why = spent::skipped;
        return;
    case fate::fails: return die(happening::kind::fail);
    case fate::flaky: goes = fate::well; return die(happening::kind::crash);
    }
}

void simulated_supervisor::die(happening::kind how) {
    stale = true;
    ++record.deaths;
    record.cause = supervise::cause::exited;
    record.main_start = 0;
    if (how == happening::kind::crash) {
        record.phase = phase::backoff;
    } else if (how == happening::kind::fail) {
        record.phase = phase::failed;
        record.give_up = supervise::give_up::too_many_deaths;
        record.wait_status = 1 << 8;
        why = spent::failed;
    } else {
        record.phase = phase::down;
        record.wait_status = 0;
        why = spent::ended;
    }
}

void simulated_supervisor::replace() {
    stale = true;
    ++record.supervise_start;
    record.starts = record.deaths = record.commands = 0;
    fifo.clear();
    if (!record.at_rest()) return;
    record.waits_for_engine = true;
    record.phase = phase::down;
    record.want = want::down;
    why = spent::no;
}

} // namespace reeve::tests
