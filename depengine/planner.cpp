#include "depengine/draft.hpp"

#include <algorithm>

namespace reeve::depengine {

namespace {
constexpr relations conflict = set_of(relation::conflicts);

} // namespace

// Several verbs for one service become one action: a stop goes with nothing else; restart absorbs start and reload;
// start and reload together are a start, and a reload if it is up.
planner::draft planner::merge(const request& what, outcome& found) const {
    const graph& all = now_.services();
    draft made;
    made.only = what.how == mode::only;
    made.ignore_order = what.how == mode::ignore_order;
    made.came_from.assign(all.size(), no_node);
    std::vector<order> orders = what.orders;
    std::sort(orders.begin(), orders.end(), [](const order& a, const order& b) {
        return std::tie(a.which, a.what) < std::tie(b.which, b.what);
    });
    orders.erase(std::unique(orders.begin(), orders.end()), orders.end());
    for (const order& one : orders) {
        if (made.named.empty() || made.named.back().first != one.which) made.named.push_back({one.which, {}});
        merged& into = made.named.back().second;
        bool up = now_.stands(one.which).active;
        switch (one.what) {
        case verb::start: into.start = true; break;
        case verb::stop: into.stop = true; break;
        case verb::release: into.release = true; break;
        case verb::restart: into.restart = true; break;
        case verb::try_restart: (up ? into.restart : into.try_only) = true; break;
        case verb::reload: into.reload = true; break;
        case verb::try_reload: (up ? into.reload : into.try_only) = true; break;
        case verb::reload_or_start: (up ? into.reload : into.start) = true; break;
        case verb::verify: into.verify = true; break;
        case verb::reset: into.reset = true; break;
        case verb::isolate: into.start = into.isolate = made.isolate = true; break;
        }
    }
    for (auto& [which, one] : made.named) {
        auto name = std::string(all.name(which));
        bool rises = one.start || one.restart || one.reload;
        if (one.stop && (rises || one.release || one.reset || one.verify))
            found.refusals.push_back(name + ": a stop and something else at once");
        if (one.release && rises) found.refusals.push_back(name + ": a start and a release at once");
        bool up = now_.stands(which).active;
        if (one.restart)
            one.start = one.reload = false;
        else if (one.start && !up)
            one.reload = false;
        if (one.reload && !up) found.refusals.push_back(name + ": cannot be reloaded: it is not up");
        const refused_verbs& refuse = all[which].refuse;
        auto refused = [&](bool asked, bool not_to, std::string_view word) {
            if (asked && not_to && what.by_hand)
                found.refusals.push_back(name + ": its file \"refuse\" forbids " + std::string(word));
        };
        refused(one.start, refuse.start, "start");
        refused(one.stop || one.release, refuse.stop, "stop");
        refused(one.restart, refuse.restart, "restart");
        refused(one.reload, refuse.reload, "reload");
        if (one.start || one.restart) made.needs.push_back(which);
    }
    // What they need hard, breadth first: the list is the queue.
    std::size_t asked = made.needs.size();
    std::vector<bool> rises(all.size(), false);
    for (node one : made.needs) rises[one] = true;
    // What is only needed to start is past for those that are up and stay so.
    auto hard_needs = [&](const draft& of, node which) {
        const merged* one = of.find(which);
        bool stays = now_.stands(which).active && (one == nullptr || !one->restart);
        return stays ? static_cast<relations>(needing & lasting) : needing;
    };
    if (!made.only)
        for (std::size_t next = 0; next < made.needs.size(); ++next)
            for (const link& edge : all.out(made.needs[next])) {
                if ((edge.what & hard_needs(made, made.needs[next])) == 0 ||
                    made.came_from[edge.other] != no_node)
                    continue;
                if (rises[edge.other]) continue;
                made.came_from[edge.other] = made.needs[next];
                made.needs.push_back(edge.other);
            }
    std::vector<bool> wanted(all.size(), false);
    for (node one : made.needs) wanted[one] = true;
    for (node one : made.needs)
        for (auto links : {all.out(one), all.in(one)})
            for (const link& edge : links)
                if ((edge.what & conflict) != 0 && !wanted[edge.other] && !made.only &&
                    !now_.wished(edge.other).alone)
                    made.displaced.push_back(edge.other);
    std::sort(made.displaced.begin(), made.displaced.end());
    made.displaced.erase(std::unique(made.displaced.begin(), made.displaced.end()), made.displaced.end());
    made.needs.erase(made.needs.begin(), made.needs.begin() + static_cast<std::ptrdiff_t>(asked));
    return made;
}

// What makes it impossible, whatever the mode.
void planner::check(const request& what, const draft& wanted, outcome& found) const {
    const graph& all = now_.services();
    auto chain = [&](node which) {
        std::string text(all.name(which));
        for (node step = wanted.came_from[which]; step != no_node; step = wanted.came_from[step])
            text.insert(0, std::string(all.name(step)) + " -> ");
        return text;
    };
    auto look_at = [&](node one) {
        if (!all.exists(one) && wanted.find(one) != nullptr)
            found.refusals.push_back(std::string(all.name(one)) + ": there is no such service");
        if (const merged* named = wanted.find(one);
            named != nullptr && wanted.came_from[one] != no_node && (named->stop || named->release))
            found.refusals.push_back(std::string(all.name(one)) + ": is to stop, but " + chain(one) +
                                     " needs it");
        if (wanted.only) return;
        for (const link& edge : all.out(one)) {
            bool needed_now = (edge.what & set_of(relation::requisite)) != 0 && !now_.stands(one).active;
            if (needed_now && !now_.stands(edge.other).ready)
                found.refusals.push_back(std::string(all.name(one)) + ": needs " +
                                         std::string(all.name(edge.other)) +
                                         " to be ready already (requisite), and it is not");
            bool both = (edge.what & conflict) != 0 && wanted.brings_up(edge.other);
            if (both)
                found.refusals.push_back(chain(one) + " conflicts with " + chain(edge.other) +
                                         ": they cannot run together");
        }
    };
    for (const auto& [which, one] : wanted.named) {
        if (!all.exists(which) && !one.start && !one.restart)
            found.refusals.push_back(std::string(all.name(which)) + ": there is no such service");
        if (one.start || one.restart) look_at(which);
    }
    for (node one : wanted.needs) look_at(one);
    if (lock_.owner.empty()) return;
    // An irreversible request is undone by whatever asks for the opposite of one of its orders.
    for (const order& kept : lock_.orders) {
        bool up = kept.what == verb::start || kept.what == verb::restart || kept.what == verb::isolate;
        const merged* named = wanted.find(kept.which);
        bool stops = (named != nullptr && (named->stop || named->release)) ||
                     (wanted.isolate && !wanted.brings_up(kept.which)) ||
                     std::binary_search(wanted.displaced.begin(), wanted.displaced.end(), kept.which);
        if ((up && stops) || (!up && wanted.brings_up(kept.which)))
            found.refusals.push_back(std::string(all.name(kept.which)) +
                                     ": would undo the irreversible request of " + lock_.owner);
    }
    (void)what;
}

// Turns the draft into wishes.
void planner::write(const draft& wanted, reconciler& into, std::vector<std::string>* notes) const {
    const graph& all = now_.services();
    auto note = [&](node which, const char* text) {
        if (notes != nullptr) notes->push_back(std::string(all.name(which)) + ": " + text);
    };
    auto clear_modes = [&](node which) {
        wish& it = into.change(which);
        it.alone = wanted.only;
        it.unordered = wanted.ignore_order;
    };
    if (wanted.isolate)
        for (node one = 0; one < all.size(); ++one) {
            const merged* named = wanted.find(one);
            if (named != nullptr && (named->start || named->restart)) continue;
            if (all[one].keep_on_isolate) { // what keeps it up may go, it stays
                if (!into.goal(one) || into.wished(one).intent == intent::up) continue;
                into.change(one).intent = intent::up;
                note(one, "is kept (keep-on-isolate), and is asked for from now on");
                continue;
            }
            if (into.wished(one).intent != intent::none) into.change(one).intent = intent::none;
        }
    for (node one : wanted.displaced)
        if (into.wished(one).intent == intent::up) {
            into.change(one).intent = intent::none;
            note(one, "is no longer asked for: it conflicts with what is started");
        }
    for (node one : wanted.needs) {
        if (!all.exists(one)) continue;
        if (into.wished(one).intent == intent::down) {
            into.change(one).intent = intent::none;
            note(one, "was stopped by hand, and is started again because it is needed");
        }
        if (into.stands(one).gave_up || into.stands(one).failed) {
            into.retry(one);
            note(one, "is tried again because it is needed");
        }
        if (into.wished(one).alone) note(one, "was asked for alone: its relations count again");
        if (into.wished(one).alone || into.wished(one).unordered != wanted.ignore_order) clear_modes(one);
    }
    for (const auto& [which, one] : wanted.named) {
        bool up = one.start || one.restart;
        if (!up && !one.stop && !one.release) continue;
        clear_modes(which);
        into.change(which).intent = up ? intent::up : one.stop ? intent::down : intent::none;
    }
    for (const auto& [which, one] : wanted.named)
        if (one.restart)
            into.restart(which);
        else if (one.start && (into.stands(which).gave_up || into.stands(which).failed))
            into.retry(which);
    for (node one : wanted.followers) into.change(one).intent = intent::none;
}

outcome planner::plan_of(const request& what) const {
    outcome found;
    draft wanted = merge(what, found);
    check(what, wanted, found);
    if (!found.refusals.empty()) return found;
    simulate(wanted, found);
    check_mode(what, wanted, found);
    return found;
}

outcome planner::apply(const request& what, reconciler& into) const {
    outcome found;
    draft wanted = merge(what, found);
    check(what, wanted, found);
    if (!found.refusals.empty()) return found;
    simulate(wanted, found);
    check_mode(what, wanted, found);
    if (found) write(wanted, into, nullptr);
    return found;
}

// What a mode forbids, seen from the plan.
void planner::check_mode(const request& what, const draft& wanted, outcome& found) const {
    const graph& all = now_.services();
    for (const plan_step& step : found.plan.steps) {
        auto name = std::string(all.name(step.which));
        const standing& now = now_.stands(step.which);
        if (what.how == mode::no_stop && step.letter == 'd' && wanted.find(step.which) == nullptr)
            found.refusals.push_back(name + ": would be stopped, and is not named (mode no-stop)");
        bool undone = (step.letter == 'd' && now.must_come) || (step.letter == 'u' && now.falls && !now.run);
        if (what.how == mode::fail && undone)
            found.refusals.push_back(name + ": would undo what another request is doing (mode fail)");
    }
}

} // namespace reeve::depengine
