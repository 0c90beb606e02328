// The lines that answer requests: plans, results, differences and events.
#include "depengine/answers_parts.hpp"

#include "chainload/text.hpp"

#include <algorithm>

namespace reeve::depengine {

named look_up(const graph& services, const std::vector<std::string>& names) {
    named found;
    found.all = names.empty();
    for (const auto& name : names) {
        node which = services.find(name);
        if (which != no_node)
            found.known.push_back(which);
        else
            found.unknown.push_back(name);
    }
    std::sort(found.known.begin(), found.known.end());
    found.known.erase(std::unique(found.known.begin(), found.known.end()), found.known.end());
    return found;
}

void add_steps(json_line& line, const world& now, const plan& what) {
    line.array("steps");
    for (const plan_step& step : what.steps)
        line.object()
            .member("service", now.services.name(step.which))
            .member("letter", std::string_view(&step.letter, 1))
            .member("wave", step.wave)
            .member("why", reason_text(now.services, step))
            .end_object();
    line.end_array().array("held");
    for (const auto& [which, reason] : what.held) {
        line.object().member("service", now.services.name(which));
        add_reason(line, now, which, reason);
        line.end_object();
    }
    line.end_array();
}

std::string plan_line(const world& now, const plan& what, std::uint64_t id) {
    std::string text;
    json_line line = begin_line(text, "plan");
    char hash[17];
    for (int i = 0; i < 16; ++i) hash[i] = "0123456789abcdef"[what.hash >> (60 - 4 * i) & 15];
    line.member("id", id).member("hash", std::string_view(hash, 16));
    add_steps(line, now, what);
    line.array("notes");
    for (const auto& note : what.notes) line.element(note);
    line.end_array().end_object();
    return text;
}

std::string result_line(std::uint64_t id, std::span<const ended_order> results,
                        std::span<const std::string> refusals) {
    std::string text;
    json_line line = begin_line(text, "result");
    bool ok = refusals.empty() && std::all_of(results.begin(), results.end(), [](const ended_order& one) {
                  return is_success(one.result.how);
              });
    line.member("id", id).member("ok", ok).array("results");
    for (const ended_order& one : results)
        line.object()
            .member("service", one.service)
            .member("verb", name_of(one.what))
            .member("result", name_of(one.result.how))
            .member("text", one.result.text)
            .text_or_null("culprit", one.culprit)
            .end_object();
    line.end_array().array("refusals");
    for (const auto& refusal : refusals) line.element(refusal);
    line.end_array().end_object();
    return text;
}

std::string diff_line(const difference& what, const world& next, const plan& change, bool loaded) {
    std::string text;
    json_line line = begin_line(text, "diff");
    auto names = [&](std::string_view member, const std::vector<std::string>& list) {
        line.array(member);
        for (const auto& name : list) line.element(name);
        line.end_array();
    };
    auto edges = [&](std::string_view member, const std::vector<changed_edge>& list) {
        line.array(member);
        for (const auto& one : list)
            line.object()
                .member("from", one.from)
                .member("relation", row_of(one.which).name)
                .member("to", one.to)
                .end_object();
        line.end_array();
    };
    line.member("loaded", loaded);
    names("added", what.added);
    names("removed", what.removed);
    line.array("changed");
    for (const auto& one : what.changed) {
        line.object().member("service", one.service);
        names("what", one.what);
        line.end_object();
    }
    line.end_array();
    edges("relations_added", what.edges_added);
    edges("relations_removed", what.edges_removed);
    auto problems = problems_of(next);
    add_problems(line, problems);
    add_steps(line, next, change);
    line.end_object();
    return text;
}

told tell_of(const reconciler& now, node which) {
    const observation& seen = now.seen(which);
    told made;
    made.phase = seen.known ? seen.phase : supervise::phase::down;
    made.goal = now.goal(which);
    made.run = now.stands(which).run;
    made.pid = seen.pid;
    made.starts = seen.starts;
    made.deaths = seen.deaths;
    wait_reason reason = reason_to_tell(now, which);
    made.why = reason.why;
    made.other = reason.other;
    return made;
}

void event_line(const world& now, node which, std::int64_t now_ms, std::string& into) {
    const told& what = now.told[which];
    json_line line = begin_line(into, "event");
    line.member("at", now_ms)
        .member("service", now.services.name(which))
        .member("phase", supervise::name_of(what.phase))
        .member("pid", what.pid)
        .member("goal", what.goal)
        .member("run", what.run)
        .member("starts", what.starts)
        .member("deaths", what.deaths);
    reason_or_null(line, now, which);
    line.text_or_null("end", end_or_nothing(now.live.seen(which)));
    line.end_object();
}

std::string subscribed_line(const named& whom) {
    std::string text;
    json_line line = begin_line(text, "subscribed");
    add_unknown(line, whom);
    line.end_object();
    return text;
}

} // namespace reeve::depengine
