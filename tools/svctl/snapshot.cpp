#include "tools/svctl/snapshot.hpp"

#include "chainload/error_text.hpp"
#include "chainload/process.hpp"
#include "supervise/control.hpp"

#include <algorithm>

namespace reeve::svctl {

namespace {
supervise::service_kind kind_of_directory(int dir) {
    supervise::settings there;
    there.has_run = exists(dir, "run");
    there.has_start = exists(dir, "start");
    there.has_target = exists(dir, "target");
    return supervise::kind_of(there);
}

bool is_process(std::uint32_t pid, std::uint64_t start) {
    if (pid == 0) return false;
    auto stat = chainload::read_process_stat(static_cast<pid_t>(pid));
    return stat && stat->start == start && stat->state != 'Z' && stat->state != 'X';
}

// A record of daemontools or runit names neither its supervisor nor a start time: supervise/ok has to tell.
supervision state_of_foreign(int dir) {
    auto supervised = supervise::is_supervised(dir);
    return supervised && *supervised ? supervision::running : supervision::died;
}

supervision state_of(int dir, const supervise::status_record& record, const scan_directory& tree) {
    if (record.foreign) return state_of_foreign(dir);
    if (!tree.counts(record.tree)) return supervision::other_tree;
    if (record.supervise_pid == 0) return supervision::ended;
    if (is_process(record.supervise_pid, record.supervise_start)) return supervision::running;
    auto held = supervise::is_supervised(dir); // one in a container has another pid out here
    return held && *held ? supervision::running : supervision::died;
}

bool main_process_lives(const snapshot& seen) {
    if (seen.record.pid == 0 || seen.out_of_sight) return false;
    if (!seen.record.foreign) return is_process(seen.record.pid, seen.record.main_start);
    return seen.running();
}
} // namespace

snapshot look_at_service(const scan_directory& tree, const std::string& name,
                         const process_table& processes) {
    snapshot seen;
    seen.name = name;
    seen.logger = name.ends_with("/log");
    auto dir = tree.open_service(name);
    if (!dir) {
        seen.state = supervision::unreadable;
        seen.trouble = chainload::error_text(errno);
        return seen;
    }
    seen.kind = kind_of_directory(dir.get());
    seen.normally_down = exists(dir.get(), "down");
    auto state = tree.open_state(name);
    auto record = supervise::read_status(state.get());
    if (!record) {
        if (record.why().error == ENOENT) return seen;
        seen.state = supervision::unreadable;
        seen.trouble = "unable to read supervise/status: ";
        seen.trouble += chainload::error_text(record.why().error);
        return seen;
    }
    seen.state = state_of(state.get(), *record, tree);
    if (seen.state == supervision::other_tree) {
        auto held = supervise::is_supervised(state.get());
        if (held && *held) seen.trouble = "held by a supervise of another tree";
        return seen;
    }
    seen.record = *record;
    seen.out_of_sight =
        seen.running() && !record->foreign && !is_process(record->supervise_pid, record->supervise_start);
    seen.main_alive = main_process_lives(seen);
    if (seen.main_alive)
        seen.used = processes.used_by(static_cast<pid_t>(seen.record.pid),
                                      seen.running() ? static_cast<pid_t>(seen.record.supervise_pid) : 0);
    return seen;
}

std::string_view phase_word(const snapshot& seen) {
    if (seen.state == supervision::unreadable) return "unreadable";
    if (seen.running()) return supervise::name_of(seen.record.phase);
    switch (seen.kind) {
    case supervise::service_kind::incomplete: return "incomplete";
    case supervise::service_kind::target: return seen.told ? std::string_view(seen.told->phase) : "target";
    default: return "unsupervised";
    }
}

bool logger_is_fine(const snapshot& logger, bool service_runs) {
    if (!logger.running()) return !service_runs;
    switch (logger.record.phase) {
    case supervise::phase::starting:
    case supervise::phase::up:
    case supervise::phase::ready: return true;
    case supervise::phase::backoff:
    case supervise::phase::failed: return false;
    default: return !service_runs;
    }
}

std::vector<snapshot> look_at_services(const scan_directory& tree, const std::vector<std::string>& names,
                                       bool all) {
    process_table processes;
    std::vector<snapshot> seen;
    if (!names.empty()) {
        for (const std::string& name : names) seen.push_back(look_at_service(tree, name, processes));
        return seen;
    }
    bool any_runs = false, last_runs = false;
    for (const std::string& name : tree.services_and_loggers()) {
        snapshot one = look_at_service(tree, name, processes);
        if (!one.logger) {
            last_runs = one.running() && one.main_alive;
            any_runs = any_runs || last_runs;
        }
        bool service_runs = name == catch_all_logger ? any_runs : last_runs;
        if (!one.logger || all || !logger_is_fine(one, service_runs)) seen.push_back(std::move(one));
    }
    return seen;
}

} // namespace reeve::svctl
