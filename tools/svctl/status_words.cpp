#include "tools/svctl/status_words.hpp"

#include "chainload/tai64n.hpp"
#include "tools/svctl/display_width.hpp"
#include "tools/svctl/duration_words.hpp"
#include "tools/svctl/progress.hpp"
#include "tools/svctl/time_text.hpp"

namespace reeve::svctl {

namespace {
void add_to(std::string& list, std::string_view item) {
    if (item.empty()) return;
    if (!list.empty()) list += ", ";
    list += item;
}

std::string supervision_remark(const snapshot& seen) {
    std::string lives = seen.main_alive ? ", pid " + std::to_string(seen.record.pid) + " runs on" : "";
    switch (seen.state) {
    case supervision::running: return seen.out_of_sight ? "in another pid namespace" : "";
    case supervision::never:
        if (seen.kind == supervise::service_kind::target)
            return seen.told ? "" : "a group: only an engine acts upon it";
        if (seen.kind == supervise::service_kind::incomplete) return "neither run nor start nor target";
        return "no supervise has run here";
    case supervision::ended: return "supervise has ended" + lives;
    case supervision::died: return "supervise died" + lives;
    case supervision::other_tree:
        return seen.trouble.empty() ? "the record is of an earlier tree" : seen.trouble;
    case supervision::unreadable: return seen.trouble;
    }
    return {};
}
} // namespace

colour colour_of_phase(const snapshot& seen) {
    if (seen.state == supervision::died || seen.state == supervision::unreadable) return colour::red;
    if (!seen.running() && seen.told) return phase_colour(seen.told->phase);
    if (!seen.running()) return colour::dim;
    switch (seen.record.phase) {
    case supervise::phase::ready:
    case supervise::phase::up:
    case supervise::phase::done: return colour::green;
    case supervise::phase::starting:
    case supervise::phase::stopping:
    case supervise::phase::finishing:
    case supervise::phase::skipped: return colour::yellow;
    case supervise::phase::backoff:
    case supervise::phase::failed: return colour::red;
    case supervise::phase::down: break;
    }
    return seen.record.want == supervise::want::up ? colour::yellow : colour::dim;
}

std::optional<std::int64_t> age_ms(const snapshot& seen, std::int64_t now_ms) {
    bool has_record = seen.running() || seen.state == supervision::died || seen.state == supervision::ended;
    moment changed = moment_of(chainload::unpack_tai64n(seen.record.changed));
    if (!has_record || !changed.known()) return std::nullopt;
    return now_ms - changed.milliseconds();
}

std::uint64_t restarts(const snapshot& seen) {
    return seen.record.starts > 0 ? seen.record.starts - 1 : 0;
}

std::string remark(const snapshot& seen, std::int64_t now_ms) {
    std::string text = supervision_remark(seen);
    if (seen.told) add_to(text, safe_to_show(seen.told->waits));
    if (!seen.running()) return text;
    const supervise::status_record& record = seen.record;
    if (record.phase == supervise::phase::backoff && record.next_start != 0) {
        std::int64_t wait = static_cast<std::int64_t>(record.next_start) - now_ms;
        add_to(text, wait > 0 ? "next start in " + duration_words(wait) : "next start now");
    }
    if (record.phase == supervise::phase::failed && record.give_up != supervise::give_up::none)
        add_to(text, std::string(supervise::name_of(record.give_up)));
    if (record.paused) add_to(text, "paused");
    if (record.waits_for_engine && !seen.told) add_to(text, "waits for the engine");
    if (record.pid != 0 && record.phase != supervise::phase::finishing && !seen.main_alive &&
        !seen.out_of_sight)
        add_to(text, "its process is gone");
    if (record.exit_wanted) add_to(text, "supervise is to exit");
    if (seen.record.foreign) add_to(text, "run by another supervisor");
    add_to(text, safe_to_show(record.status_text()));
    return text;
}

} // namespace reeve::svctl
