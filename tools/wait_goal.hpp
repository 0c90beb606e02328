// What svwait waits for, and whether a service is there. Pure.
#pragma once

#include "tools/service_view.hpp"

#include <optional>
#include <string_view>

namespace reeve::tools {

enum class wait_goal : char { up = 'u', ready = 'U', down = 'd', down_for_good = 'D', failed = 'f' };
inline constexpr wait_goal all_wait_goals[] = {wait_goal::up, wait_goal::ready, wait_goal::down,
                                               wait_goal::down_for_good, wait_goal::failed};

// That of "-u", say; nothing for any other word.
constexpr std::optional<wait_goal> find_wait_goal(std::string_view word) {
    for (auto goal : all_wait_goals)
        if (word.size() == 2 && word[0] == '-' && word[1] == static_cast<char>(goal)) return goal;
    return std::nullopt;
}

enum class wait_answer {
    reached,
    not_yet,
    not_running, // no supervise is there, so it cannot be told, or will not come
};

// Nothing runs and no start is due: only a command can change that. A backoff ends by itself, and a service that
// is down but wanted up is about to start.
constexpr bool is_down_for_good(const supervise::status_record& record) {
    using supervise::phase;
    switch (record.phase) {
    case phase::failed:
    case phase::skipped: return true;
    case phase::down: return record.want != supervise::want::up || record.waits_for_engine;
    default: return false;
    }
}

// No main process and no start under way; a finish script may still run, and a restart may be due.
constexpr bool is_down(const supervise::status_record& record) {
    using supervise::phase;
    switch (record.phase) {
    case phase::down:
    case phase::finishing:
    case phase::backoff:
    case phase::failed:
    case phase::skipped: return true;
    default: return false;
    }
}

// `record` is what the status file says; `supervised` whether a supervise is there now. Without one, the record
// of a supervise that has gone in good order still tells: its service is down, and stays so.
constexpr wait_answer judge(wait_goal goal, const supervise::status_record& record, bool supervised) {
    bool gone_in_order = record.foreign ? record.pid == 0 : record.supervise_pid == 0;
    if (!supervised) {
        bool wants_down = goal == wait_goal::down || goal == wait_goal::down_for_good;
        return wants_down && gone_in_order && is_down(record) ? wait_answer::reached
                                                              : wait_answer::not_running;
    }
    bool there = goal == wait_goal::up       ? is_up(record.phase)
                 : goal == wait_goal::ready  ? is_ready(record)
                 : goal == wait_goal::down   ? is_down(record)
                 : goal == wait_goal::failed ? record.phase == supervise::phase::failed
                                             : is_down_for_good(record);
    return there ? wait_answer::reached : wait_answer::not_yet;
}

} // namespace reeve::tools
