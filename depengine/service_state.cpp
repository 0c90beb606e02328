#include "depengine/service_state.hpp"

namespace reeve::depengine {

observation observe(const supervise::status_record& record, const supervise::tree_id& tree) {
    if (record.foreign || record.supervise_pid == 0 || record.tree != tree) return {};
    observation seen;
    seen.known = true;
    seen.waits_for_engine = record.waits_for_engine;
    seen.phase = record.phase;
    seen.want = record.want;
    seen.cause = record.cause;
    seen.give_up = record.give_up;
    seen.pid = record.pid;
    seen.wait_status = record.wait_status;
    seen.starts = record.starts;
    seen.deaths = record.deaths;
    seen.commands = record.commands;
    seen.main_start = record.main_start;
    seen.supervise_start = record.supervise_start;
    seen.next_start = record.next_start;
    return seen;
}

} // namespace reeve::depengine
