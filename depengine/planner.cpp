#include "depengine/draft.hpp"

#include <algorithm>
#include <bit>

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
    std::vector<std::uint16_t> asked_of(all.size(), 0); // a set of verbs each
    for (const order& one : what.orders)
        asked_of[one.which] =
            static_cast<std::uint16_t>(asked_of[one.which] | 1u << static_cast<unsigned>(one.what));
    made.at.assign(all.size(), draft::unnamed);
    made.named.reserve(std::min(what.orders.size(), all.size()));
    for (node which = 0; which < all.size(); ++which) {
        if (asked_of[which] == 0) continue;
        made.at[which] = static_cast<std::uint32_t>(made.named.size());
        made.named.push_back({which, {}});
        merged& into = made.named.back().second;
        bool up = now_.stands(which).active;
        for (unsigned left = asked_of[which]; left != 0; left &= left - 1) {
            switch (static_cast<verb>(std::countr_zero(left))) {
            case verb::start: into.start = true; break;
            case verb::stop: into.stop = true; break;
            case verb::release: into.release = true; break;
            case verb::restart: into.restart = true; break;
            case verb::try_restart:
                if (up)
                    into.restart = true;
                else
                    into.try_only = true;
                break;
            case verb::reload: into.reload = true; break;
            case verb::try_reload:
                if (up)
                    into.reload = true;
                else
                    into.try_only = true;
                break;
            case verb::reload_or_start:
                if (up)
                    into.reload = true;
                else
                    into.start = true;
                break;
            case verb::verify: into.verify = true; break;
            case verb::reset: into.reset = true; break;
            case verb::isolate: into.start = into.isolate = made.isolate = true; break;
            }
        }
    }
    for (auto& [which, one] : made.named) {
        auto refuse = [&, at = which](std::string_view why) {
            found.refusals.push_back(std::string(all.name(at)) + ": " += why);
        };
        bool rises = one.start || one.restart || one.reload;
        if (one.stop && (rises || one.release || one.reset || one.verify))
            refuse("a stop and something else at once");
        if (one.release && rises) refuse("a start and a release at once");
        bool up = now_.stands(which).active;
        if (one.restart)
            one.start = one.reload = false;
        else if (one.start && !up)
            one.reload = false;
        if (one.reload && !up) refuse("cannot be reloaded: it is not up");
        const refused_verbs& barred = all[which].refuse;
        auto forbid = [&](bool asked, bool not_to, std::string_view word) {
            if (asked && not_to && what.by_hand) refuse("its file \"refuse\" forbids " + std::string(word));
        };
        forbid(one.start, barred.start, "start");
        forbid(one.stop || one.release, barred.stop, "stop");
        forbid(one.restart, barred.restart, "restart");
        forbid(one.reload, barred.reload, "reload");
        if (one.start || one.restart) made.needs.push_back(which);
    }
    // What they need hard, breadth first: the list is the queue.
    std::size_t asked = made.needs.size();
    std::vector<bool> wanted(all.size(), false);
    for (node one : made.needs) wanted[one] = true;
    // What is only needed to start is past for those that are up and stay so.
    auto hard_needs = [&](const draft& of, node which) {
        const merged* one = of.find(which);
        bool stays = now_.stands(which).active && (one == nullptr || !one->restart);
        return stays ? static_cast<relations>(needing & lasting) : needing;
    };
    if (!made.only)
        for (std::size_t next = 0; next < made.needs.size(); ++next) {
            node which = made.needs[next];
            relations needs = hard_needs(made, which);
            for (const link& edge : all.out(which)) {
                if ((edge.what & needs) == 0 || wanted[edge.other]) continue;
                wanted[edge.other] = true;
                made.came_from[edge.other] = which;
                made.needs.push_back(edge.other);
            }
        }
    for (node one : made.needs)
        for (auto links : {all.out(one), all.in(one)}) {
            if ((all.around(one) & conflict) == 0) break;
            for (const link& edge : links)
                if ((edge.what & conflict) != 0 && !wanted[edge.other] && !made.only &&
                    !now_.wished(edge.other).alone)
                    made.displaced.push_back(edge.other);
        }
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
        if (wanted.only || (all.around(one) & (conflict | set_of(relation::requisite))) == 0) return;
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

outcome planner::work_out(const request& what, draft& wanted) const {
    outcome found;
    wanted = merge(what, found);
    check(what, wanted, found);
    if (!found.refusals.empty()) return found;
    simulate(wanted, found);
    check_mode(what, wanted, found);
    return found;
}

outcome planner::plan_of(const request& what) const {
    draft wanted;
    return work_out(what, wanted);
}

outcome planner::apply(const request& what, reconciler& into) const {
    draft wanted;
    outcome found = work_out(what, wanted);
    if (found) write(wanted, into, nullptr);
    return found;
}

// What a mode forbids, seen from the plan.
void planner::check_mode(const request& what, const draft& wanted, outcome& found) const {
    if (what.how != mode::no_stop && what.how != mode::fail) return;
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
