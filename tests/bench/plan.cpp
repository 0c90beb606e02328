// Plans the start of a whole tree: for each number of services in the command line a line "SERVICES EDGES GRAPH PLAN CHANGE"
// with the microseconds of processor time that it took to build the graph from definitions in memory, to plan the start of
// all, and, with all of them up, to work off the change of state of one: a death, and the start of it that its supervisor
// makes.
//
// The tree is layered: each service requires three of the twenty and more that come before it.
#include "depengine/planner.hpp"
#include "tests/property/cases.hpp"

#include <charconv>
#include <cstdio>
#include <ctime>
#include <string_view>

using namespace reeve::depengine;

namespace {
double now_us() {
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

catalogue layered(std::size_t count) {
    reeve::tests::random_numbers random(count);
    std::vector<std::string> names;
    char name[32];
    for (std::size_t i = 0; i < count; ++i) {
        std::snprintf(name, sizeof name, "s%07zu", i);
        names.emplace_back(name);
    }
    catalogue made;
    for (std::size_t i = 0; i < count; ++i) {
        definition& one = made.services.emplace_hint(made.services.end(), names[i], definition{})->second;
        one.name = names[i];
        one.kind = reeve::supervise::service_kind::process;
        one.down = true;
        for (unsigned k = 0; k < 3 && i > 20; ++k)
            one.edges.push_back({relation::requires_other, false, names[random.below(i)]});
    }
    return made;
}

// All letters are obeyed at once.
void obey(reconciler& engine, std::vector<letter_to>& letters) {
    for (;;) {
        auto due = engine.settle();
        if (due.empty()) return;
        letters.assign(due.begin(), due.end());
        for (letter_to one : letters) {
            observation seen = engine.seen(one.to);
            seen.waits_for_engine = false;
            ++seen.commands;
            ++seen.starts;
            seen.want = reeve::supervise::want::up;
            seen.phase = reeve::supervise::phase::ready;
            engine.observe(one.to, seen);
        }
    }
}

// The mean of many.
double change_of_state(reconciler& engine) {
    std::vector<letter_to> letters;
    obey(engine, letters);
    engine.forget_touched();
    reeve::tests::random_numbers random(1);
    constexpr unsigned services = 5000;
    using reeve::supervise::phase;
    double begin = now_us();
    for (unsigned i = 0; i < services; ++i) {
        node one = static_cast<node>(random.below(engine.services().size()));
        for (phase next : {phase::backoff, phase::starting, phase::ready}) {
            observation seen = engine.seen(one);
            seen.phase = next;
            seen.starts += next == phase::starting;
            engine.observe(one, seen);
            if (!engine.settle().empty()) std::fprintf(stderr, "plan: a death that needs a letter\n");
            engine.forget_touched();
        }
    }
    return (now_us() - begin) / (3 * services);
}

void measure(std::size_t count) {
    catalogue definitions = layered(count);
    double begin = now_us();
    graph all(definitions);
    double built = now_us();
    reconciler engine(all, std::vector<wish>(all.size()));
    request what;
    for (node i = 0; i < all.size(); ++i) {
        observation seen;
        seen.known = seen.waits_for_engine = true;
        engine.observe(i, seen);
        what.orders.push_back({verb::start, i});
    }
    (void)engine.settle();
    irreversible_lock none;
    double asked = now_us();
    outcome found = planner(engine, none).plan_of(what);
    double planned = now_us();
    if (found.plan.steps.size() != count) std::fprintf(stderr, "plan: the plan is not whole\n");
    (void)planner(engine, none).apply(what, engine);
    std::printf("%zu %zu %.0f %.0f %.2f\n", count, all.edge_count(), built - begin, planned - asked,
                change_of_state(engine));
}
} // namespace

int main(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        std::size_t count = 0;
        std::string_view word(argv[i]);
        std::from_chars(word.data(), word.data() + word.size(), count);
        if (count == 0) {
            std::fputs("usage: plan SERVICES ...\n", stderr);
            return 100;
        }
        measure(count);
    }
}
