// The lines that tell how things are: status, why, graph and blame.
#include "depengine/answers_parts.hpp"

#include "chainload/hex.hpp"

#include <algorithm>
#include <array>

namespace reeve::depengine {

namespace {
constexpr std::size_t longest_chain = 256;
constexpr std::array<std::string_view, 3> intent_words{"none", "up", "down"};
constexpr std::array<std::string_view, 5> action_words{"none", "start", "restart", "restart", "stop"};

struct flag_row {
    std::string_view name;
    bool node_facts::*flag;
};
constexpr flag_row flag_table[] = {{"down", &node_facts::down},
                                   {"early", &node_facts::early},
                                   {"persistent", &node_facts::persistent},
                                   {"essential", &node_facts::essential},
                                   {"keep-on-isolate", &node_facts::keep_on_isolate}};

void add_relations(json_line& line, const world& now, node which) {
    const graph& all = now.services;
    line.array("relations");
    auto add = [&](node from, const link& edge, node other, std::string_view direction) {
        for (const auto& row : relation_table)
            if ((edge.what & set_of(row.which)) != 0)
                line.object()
                    .member("relation", row.name)
                    .member("other", all.name(other))
                    .member("direction", direction)
                    .member("origin", origin_of(all, from, edge, row.which))
                    .member("ordered", edge.ordered && row.order != order_rank::none)
                    .end_object();
    };
    for (const link& edge : all.out(which)) add(which, edge, edge.other, "to");
    for (const link& edge : all.in(which))
        for (const link& mirrored : all.out(edge.other))
            if (mirrored.other == which) add(edge.other, mirrored, edge.other, "from");
    line.end_array();
}

void add_service(json_line& line, const world& now, node which, bool relations, bool changed) {
    const reconciler& live = now.live;
    const observation& seen = live.seen(which);
    const told what = tell_of(live, which);
    const wish& asked = live.wished(which);
    line.object()
        .member("name", now.services.name(which))
        .member("kind", kind_word(now.services, which))
        .member("phase", supervise::name_of(what.phase));
    if (now.history[which].since > 0)
        line.member("since", now.history[which].since);
    else
        line.null("since");
    line.member("supervised", seen.known)
        .member("pid", what.pid)
        .member("starts", what.starts)
        .member("deaths", what.deaths);
    if (seen.phase == supervise::phase::backoff && seen.next_start != 0)
        line.member("next_start", seen.next_start);
    else
        line.null("next_start");
    line.text_or_null("end", end_or_nothing(seen))
        .member("intent", intent_words[static_cast<std::size_t>(asked.intent)])
        .member("goal", what.goal)
        .member("run", what.run)
        .member("action", action_words[static_cast<std::size_t>(asked.action)])
        .member("settled", live.settled(which))
        .member("gave_up", bool(live.stands(which).gave_up));
    name_or_null(line, "holder", now.services, live.holder(which));
    reason_or_null(line, now, which);
    line.member("changed_since_start", changed).array("flags");
    for (const auto& row : flag_table)
        if (now.services[which].*row.flag) line.element(row.name);
    line.end_array();
    if (relations) add_relations(line, now, which);
    line.end_object();
}

// The chain that took longest to start: who was ready last, what that waited for last, and so on.
std::vector<bool> critical_chain(const world& now) {
    std::vector<bool> critical(now.services.size(), false);
    node last = no_node;
    auto ready_at = [&](node one) { return now.history[one].commanded + now.history[one].ready; };
    for (node one = 0; one < now.services.size(); ++one)
        if (now.history[one].ready >= 0 && (last == no_node || ready_at(one) > ready_at(last))) last = one;
    while (last != no_node && !critical[last]) {
        critical[last] = true;
        last = now.history[last].waited_for;
    }
    return critical;
}
} // namespace

std::string status_line(const world& now, const named& whom, const engine_facts& facts,
                        const std::vector<bool>& changed_since_start) {
    std::string text;
    json_line line = begin_line(text, "status");
    auto tree = chainload::format_hex(facts.tree);
    line.member("at", facts.now_ms)
        .member("pid", facts.pid)
        .member("tree", std::string_view(tree.data(), tree.size()))
        .member("manual_reload", facts.manual_reload)
        .member("stopping", facts.stopping);
    auto problems = problems_of(now);
    if (!whom.all)
        std::erase_if(problems, [&](const diagnostic& one) {
            node whose = now.services.find(one.service);
            return !std::binary_search(whom.known.begin(), whom.known.end(), whose);
        });
    add_problems(line, problems);
    add_unknown(line, whom);
    line.array("services");
    for_each_named(now, whom,
                   [&](node one) { add_service(line, now, one, !whom.all, changed_since_start[one]); });
    line.end_array().end_object();
    return text;
}

std::string why_line(const world& now, const named& whom) {
    std::string text;
    json_line line = begin_line(text, "why");
    add_unknown(line, whom);
    line.array("services");
    for (node which : whom.known) {
        const told what = tell_of(now.live, which);
        line.object()
            .member("service", now.services.name(which))
            .member("phase", supervise::name_of(what.phase))
            .member("goal", what.goal)
            .member("run", what.run)
            .array("holders");
        std::vector<bool> met(now.services.size(), false);
        for (node one = now.live.goal(which) ? which : no_node; one != no_node && !met[one];
             one = now.live.holder(one)) {
            met[one] = true;
            line.element(now.services.name(one));
        }
        line.end_array().array("chain");
        std::array<wait_reason, longest_chain> chain;
        std::size_t steps = now.live.why(which, chain);
        node whose = which;
        for (std::size_t i = 0; i < steps; ++i) {
            line.object().member("service", now.services.name(whose));
            add_reason(line, now, whose, chain[i]);
            line.end_object();
            if (chain[i].other != no_node) whose = chain[i].other;
        }
        line.end_array().end_object();
    }
    line.end_array().end_object();
    return text;
}

std::string graph_line(const world& now, const named& whom) {
    const graph& all = now.services;
    // Breadth first from those named: the list is the queue.
    std::vector<bool> shown(all.size(), whom.all);
    std::vector<node> queue = whom.known;
    for (node one : queue) shown[one] = true;
    for (std::size_t next = 0; next < queue.size(); ++next)
        for (const link& edge : all.out(queue[next]))
            if (!shown[edge.other]) {
                shown[edge.other] = true;
                queue.push_back(edge.other);
            }
    std::string text;
    json_line line = begin_line(text, "graph");
    add_unknown(line, whom);
    auto critical = critical_chain(now);
    line.array("nodes");
    for (node one = 0; one < all.size(); ++one)
        if (shown[one])
            line.object()
                .member("name", all.name(one))
                .member("kind", kind_word(all, one))
                .member("phase", supervise::name_of(tell_of(now.live, one).phase))
                .member("critical", bool(critical[one]))
                .end_object();
    line.end_array().array("edges");
    for (node one = 0; one < all.size(); ++one)
        for (const link& edge : all.out(one)) {
            if (!shown[one] || !shown[edge.other]) continue;
            line.object().member("from", all.name(one)).member("to", all.name(edge.other)).array("relations");
            for (const auto& row : relation_table)
                if ((edge.what & set_of(row.which)) != 0) line.element(row.name);
            line.end_array().member("ordered", edge.ordered).end_object();
        }
    line.end_array().array("cycles");
    for (const cycle& one : all.cycles()) {
        line.object().array("path");
        for (node which : one.path) line.element(all.name(which));
        line.end_array();
        name_or_null(line, "from", all, one.from);
        name_or_null(line, "to", all, one.to);
        line.member("cut", one.cut).end_object();
    }
    line.end_array().end_object();
    return text;
}

std::string blame_line(const world& now) {
    std::string text;
    json_line line = begin_line(text, "blame");
    line.array("services");
    for (node one = 0; one < now.services.size(); ++one) {
        const history& its = now.history[one];
        if (its.commanded < 0) continue;
        line.object().member("service", now.services.name(one));
        line.thousandths("command_ms", static_cast<std::uint64_t>(its.commanded));
        if (its.ready >= 0)
            line.thousandths("ready_ms", static_cast<std::uint64_t>(its.ready));
        else
            line.null("ready_ms");
        name_or_null(line, "waited_for", now.services, its.waited_for);
        line.end_object();
    }
    line.end_array().end_object();
    return text;
}

} // namespace reeve::depengine
