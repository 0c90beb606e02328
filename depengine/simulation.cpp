// A world where every letter succeeds: what the planner lets a copy of the reconciler work in.
#include "depengine/draft.hpp"

namespace reeve::depengine {

using supervise::phase;
using supervise::want;

namespace {
constexpr std::uint64_t fnv_offset = 0xcbf29ce484222325, fnv_prime = 0x100000001b3;

std::uint64_t hashed(std::uint64_t so_far, std::string_view text) {
    for (char c : text) so_far = (so_far ^ static_cast<unsigned char>(c)) * fnv_prime;
    return (so_far ^ 0xff) * fnv_prime;
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

const link* link_between(const graph& all, node from, node to) {
    for (const link& edge : all.out(from))
        if (edge.other == to) return &edge;
    return nullptr;
}

// The first relation of those that is between the two, as a word.
std::string_view word_for(const graph& all, node from, node to, relations of) {
    if (const link* edge = link_between(all, from, to))
        for (const auto& row : relation_table)
            if ((edge->what & of & set_of(row.which)) != 0) return row.name;
    return "needs";
}

// Lets everything that is under way arrive.
void calm(reconciler& world) {
    const graph& all = world.services();
    for (node one = 0; one < all.size(); ++one) {
        if (!all.exists(one) || all.is_target(one)) continue;
        observation now = world.seen(one);
        char letter = world.in_flight(one);
        if (letter != 0) now = after(now, letter, all[one].kind);
        observation end = arrived(now, all[one].kind);
        if (world.deaf(one)) ++end.commands;
        world.observe(one, end);
    }
}
} // namespace

// Why the step is there, in words.
std::string planner::reason(const draft& wanted, const reconciler& world, node which, char letter) const {
    const graph& all = now_.services();
    const merged* named = wanted.find(which);
    if (named != nullptr) {
        if (letter == 'u' || named->stop || named->release || named->restart) return "asked for";
    }
    wait_reason held = world.waits_for(which);
    if (letter == 'd') {
        if (world.wished(which).run) {
            for (const link& edge : all.out(which))
                if ((edge.what & (lasting | set_of(relation::part_of))) != 0 &&
                    world.stands(edge.other).run &&
                    (world.stands(edge.other).falls || world.wished(edge.other).action != action::none))
                    return "restarted with " + std::string(all.name(edge.other)) + " (" +
                           std::string(
                               word_for(all, which, edge.other, lasting | set_of(relation::part_of))) +
                           ")";
            return "restarted";
        }
        if (!world.goal(which)) {
            if (std::binary_search(wanted.displaced.begin(), wanted.displaced.end(), which))
                return "conflicts with what is started";
            return "nothing asks for it any more";
        }
        if (held.other != no_node && held.why == waiting::conflict)
            return "conflicts with " + std::string(all.name(held.other));
        if (held.other != no_node && held.other != which)
            return std::string(word_for(all, which, held.other, lasting | set_of(relation::part_of))) + " " +
                   std::string(all.name(held.other)) + ", which stops";
        return "held";
    }
    node holder = world.holder(which);
    if (holder == which || holder == no_node) return "was asked for before";
    return "held by " + std::string(all.name(holder)) + " (" +
           std::string(word_for(all, holder, which, holding)) + ")";
}

void planner::simulate(draft& wanted, outcome& found) const {
    const graph& all = now_.services();
    reconciler world = now_;
    std::uint64_t clock = 1;
    for (node one = 0; one < all.size(); ++one) clock = std::max(clock, now_.seen(one).main_start + 1);

    // One wave of letters after the other, until no more are due.
    auto run = [&](bool told) {
        for (std::uint32_t wave = 0;; ++wave) {
            std::vector<letter_to> letters;
            for (letter_to one : world.settle()) letters.push_back(one);
            if (letters.empty()) return;
            for (letter_to one : letters) {
                if (told)
                    found.plan.steps.push_back(
                        {one.to, one.letter, wave, reason(wanted, world, one.to, one.letter)});
                observation end = after(world.seen(one.to), one.letter, all[one.to].kind);
                if (one.letter == 'u') end.main_start = ++clock;
                world.observe(one.to, end);
            }
        }
    };
    // First what is going on anyway comes to its end: the plan is what the request adds to that.
    calm(world);
    run(false);
    std::vector<bool> goal_before(all.size());
    for (node one = 0; one < all.size(); ++one) goal_before[one] = world.goal(one);
    write(wanted, world, &found.plan.notes);
    // What is part of a released service follows it.
    for (bool again = !wanted.only; again;) {
        again = false;
        reconciler trial = world;
        (void)trial.settle();
        for (node one = 0; one < all.size(); ++one)
            if (goal_before[one] && !trial.goal(one))
                for (const link& edge : all.in(one))
                    if ((edge.what & set_of(relation::part_of)) != 0 &&
                        trial.wished(edge.other).intent == intent::up && wanted.find(edge.other) == nullptr) {
                        world.change(edge.other).intent = intent::none;
                        wanted.followers.push_back(edge.other);
                        again = true;
                        trial.change(edge.other).intent = intent::none;
                    }
    }
    for (const auto& [which, one] : wanted.named) {
        if (one.reset) found.plan.steps.push_back({which, '0', 0, "asked for"});
        if (!one.reload) continue;
        found.plan.steps.push_back({which, 'l', 0, "asked for"});
        for (const link& edge : all.in(which))
            if ((edge.what & set_of(relation::reload_with)) != 0 && now_.stands(edge.other).active &&
                !wanted.only)
                found.plan.steps.push_back(
                    {edge.other, 'l', 0, "reloaded with " + std::string(all.name(which))});
    }
    run(true);
    for (node one = 0; one < all.size(); ++one)
        if (world.goal(one) && !world.wished(one).run && (!now_.goal(one) || wanted.find(one) != nullptr))
            found.plan.held.emplace_back(one, world.waits_for(one));

    std::uint64_t hash = fnv_offset;
    for (const auto& [which, one] : wanted.named) {
        hash = hashed(hash, all.name(which));
        for (bool verb :
             {one.start, one.stop, one.release, one.restart, one.reload, one.reset, one.verify, one.isolate})
            hash = hashed(hash, verb ? "1" : "0");
    }
    for (const plan_step& step : found.plan.steps)
        hash = hashed(hashed(hash, all.name(step.which)), {&step.letter, 1});
    found.plan.hash = hash;
}

} // namespace reeve::depengine
