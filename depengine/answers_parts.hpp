// Parts that several of the engine's lines are made of. Only the sources of answers.hpp see it.
#pragma once

#include "depengine/answers.hpp"
#include "depengine/json_line.hpp"
#include "depengine/reason_text.hpp"

namespace reeve::depengine {

inline json_line begin_line(std::string& into, std::string_view type) {
    json_line line(into);
    line.object().member("v", 1).member("type", type);
    return line;
}

inline void name_or_null(json_line& line, std::string_view member, const graph& services, node which) {
    line.text_or_null(member, which == no_node ? std::string_view{} : services.name(which));
}

// The members of a reason.
inline void add_reason(json_line& line, const world& now, node which, const wait_reason& reason) {
    line.member("why", word_of(reason.why));
    name_or_null(line, "other", now.services, reason.other);
    line.member("text", reason_text(now.live, which, reason));
}

inline void reason_or_null(json_line& line, const world& now, node which) {
    wait_reason reason = reason_to_tell(now.live, which);
    bool waits = reason.why != waiting::nothing && (reason.why != waiting::no_goal || now.live.goal(which));
    if (!waits) {
        line.null("waits_for");
        return;
    }
    line.object("waits_for");
    add_reason(line, now, which, reason);
    line.end_object();
}

// How its last run ended, if it has had one.
inline std::string end_or_nothing(const observation& seen) {
    bool ended = seen.cause != supervise::cause::none || seen.phase == supervise::phase::failed;
    return seen.known && ended ? end_text(seen) : std::string();
}

inline std::string_view kind_word(const graph& services, node which) {
    switch (services[which].kind) {
    case supervise::service_kind::process: return "process";
    case supervise::service_kind::oneshot: return "oneshot";
    case supervise::service_kind::target: return "target";
    case supervise::service_kind::incomplete: break;
    }
    return "missing";
}

inline void add_unknown(json_line& line, const named& whom) {
    line.array("unknown");
    for (const auto& name : whom.unknown) line.element(name);
    line.end_array();
}

inline void add_problems(json_line& line, std::span<const diagnostic> problems) {
    line.array("problems");
    for (const diagnostic& one : problems)
        line.object()
            .member("service", one.service)
            .member("file", one.file)
            .member("text", one.text)
            .member("hint", one.hint)
            .end_object();
    line.end_array();
}

// The members `steps` and `held`.
void add_steps(json_line& line, const world& now, const plan& what);

// Calls visit(node) for whom, or for all.
template <class Visit>
void for_each_named(const world& now, const named& whom, Visit&& visit) {
    if (!whom.all)
        for (node one : whom.known) visit(one);
    else
        for (node one = 0; one < now.services.size(); ++one) visit(one);
}

} // namespace reeve::depengine
