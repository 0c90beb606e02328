// Plans the start of a whole tree: for each number of services in the command line a line "SERVICES EDGES GRAPH PLAN"
// with the microseconds of processor time that it took to build the graph from definitions in memory, and to plan the start of all.
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
    std::printf("%zu %zu %.0f %.0f\n", count, all.edge_count(), built - begin, planned - asked);
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
