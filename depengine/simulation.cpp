// A world where every letter succeeds: what the planner lets a copy of the reconciler work in.
#include "depengine/draft.hpp"

#include <cstring>

namespace reeve::depengine {

using supervise::phase;
using supervise::want;

namespace {
// FNV-1a, of eight bytes at a time.
constexpr std::uint64_t fnv_offset = 0xcbf29ce484222325, fnv_prime = 0x100000001b3;

std::uint64_t hashed(std::uint64_t so_far, std::uint64_t word) {
    so_far = (so_far ^ word) * fnv_prime;
    return so_far ^ so_far >> 32;
}
std::uint64_t hashed(std::uint64_t so_far, std::string_view text) {
    so_far = hashed(so_far, text.size());
    while (!text.empty()) {
        std::uint64_t word = 0;
        std::size_t part = std::min(text.size(), sizeof word);
        std::memcpy(&word, text.data(), part);
        so_far = hashed(so_far, word);
        text.remove_prefix(part);
    }
    return so_far;
}

phase end_of(supervise::service_kind kind) {
    return kind == supervise::service_kind::process ? phase::ready : phase::done;
}

// What a service in motion will be when it has come to an end of it.
observation arrived(observation now, supervise::service_kind kind) {
    now.known = true;
    if (now.at_rest() || now.ready()) return now;
    bool up = now.want != want::down;
    now.phase = up ? end_of(kind) : phase::down;
    return now;
}

observation after(observation now, char letter, supervise::service_kind kind) {
    now.known = true;
    now.waits_for_engine = false;
    ++now.commands;
    now.want = letter == 'u' ? want::up : want::down;
    now.phase = letter == 'u' ? end_of(kind) : phase::down;
    if (letter == 'u') {
        ++now.starts;
        now.main_start = now.starts; // later than that of whatever it is bound to: it starts last
    }
    return now;
}

// Lets everything that is under way arrive.
void calm(reconciler& world) {
    const graph& all = world.services();
    for (node one = 0; one < all.size(); ++one) {
        if (!all.exists(one) || all.is_target(one)) continue;
        char letter = world.in_flight(one);
        const observation& seen = world.seen(one);
        if (letter == 0 && !world.deaf(one) && seen.known && (seen.at_rest() || seen.ready())) continue;
        observation now = seen;
        if (letter != 0) now = after(now, letter, all[one].kind);
        observation end = arrived(now, all[one].kind);
        if (world.deaf(one)) ++end.commands;
        world.observe(one, end);
    }
}
} // namespace

// What is part of a service that nothing asks for any more is not asked for any more either.
void planner::find_followers(draft& wanted, reconciler& world, const std::vector<bool>& goal_before) const {
    const graph& all = now_.services();
    for (bool again = true; again;) {
        again = false;
        reconciler trial = world;
        (void)trial.settle();
        for (node one = 0; one < all.size(); ++one) {
            // (While it is stopped by hand they are held instead, and keep theirs.)
            if (!goal_before[one] || trial.goal(one) || trial.wished(one).intent == intent::down) continue;
            for (const link& edge : all.in(one)) {
                bool part = (edge.what & set_of(relation::part_of)) != 0;
                if (!part || trial.wished(edge.other).intent != intent::up ||
                    wanted.find(edge.other) != nullptr)
                    continue;
                world.change(edge.other).intent = trial.change(edge.other).intent = intent::none;
                wanted.followers.push_back(edge.other);
                again = true;
            }
        }
    }
}

void planner::simulate(draft& wanted, outcome& found, bool alone) const {
    const graph& all = now_.services();
    reconciler world = now_;
    std::uint64_t clock = 1;
    for (node one = 0; one < all.size(); ++one) clock = std::max(clock, now_.seen(one).main_start + 1);

    // One wave of letters after the other, until no more are due.
    std::vector<letter_to> letters;
    found.plan.steps.reserve(wanted.named.size());
    auto run = [&](bool told) {
        for (std::uint32_t wave = 0;; ++wave) {
            auto due = world.settle();
            if (due.empty()) return;
            letters.assign(due.begin(), due.end());
            if (told)
                for (letter_to one : letters) found.plan.steps.push_back(explained(wanted, world, one, wave));
            for (letter_to one : letters) {
                observation end = after(world.seen(one.to), one.letter, all[one.to].kind);
                if (one.letter == 'u') end.main_start = ++clock;
                world.observe(one.to, end);
            }
        }
    };
    // First what is going on anyway comes to its end: the plan is what the request adds to that.
    // Without a request, just that is the plan.
    if (alone) run(true);
    calm(world);
    run(alone);
    std::vector<bool> goal_before(all.size());
    for (node one = 0; one < all.size(); ++one) goal_before[one] = world.goal(one);
    write(wanted, world, &found.plan.notes);
    if (!wanted.only && wanted.takes_away()) find_followers(wanted, world, goal_before);
    for (const auto& [which, one] : wanted.named) {
        if (one.reset) found.plan.steps.push_back({which, '0', step_reason::asked, 0, no_node});
        if (!one.reload) continue;
        found.plan.steps.push_back({which, 'l', step_reason::asked, 0, no_node});
        for (const link& edge : all.in(which))
            if ((edge.what & set_of(relation::reload_with)) != 0 && now_.stands(edge.other).active &&
                !wanted.only)
                found.plan.steps.push_back({edge.other, 'l', step_reason::reloaded_with, 0, which});
    }
    run(true);
    for (node one = 0; one < all.size(); ++one)
        if (world.goal(one) && !world.wished(one).run && (!now_.goal(one) || wanted.find(one) != nullptr))
            found.plan.held.emplace_back(one, world.waits_for(one));

    std::uint64_t hash = fnv_offset;
    for (const auto& [which, one] : wanted.named) {
        std::uint64_t verbs = 0;
        for (bool verb :
             {one.start, one.stop, one.release, one.restart, one.reload, one.reset, one.verify, one.isolate})
            verbs = verbs * 2 + verb;
        hash = hashed(hashed(hash, all.name(which)), verbs);
    }
    for (const plan_step& step : found.plan.steps)
        hash = hashed(hashed(hash, all.name(step.which)), static_cast<std::uint64_t>(step.letter));
    found.plan.hash = hash;
}

plan planner::what_is_due() const {
    draft nothing;
    nothing.at.assign(now_.services().size(), draft::unnamed);
    nothing.came_from.assign(now_.services().size(), no_node);
    outcome found;
    simulate(nothing, found, true);
    return std::move(found.plan);
}

} // namespace reeve::depengine
