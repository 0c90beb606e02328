// Any sequence of events keeps the invariants of the machine (simulated_invariants.cpp), whatever the settings are.
#include "tests/property/simulated_service.hpp"

#include <doctest/doctest.h>

using namespace reeve::tests;
using namespace reeve::supervise;

namespace {
std::string try_out(std::uint64_t seed, const std::vector<stimulus>& stimuli, cell_counts& cells) {
    return simulated_service(seed, cells).live(stimuli);
}

// Leaves out whatever the failure does not need.
std::vector<stimulus> shrink(std::uint64_t seed, std::vector<stimulus> stimuli) {
    cell_counts unused{};
    for (std::size_t size = std::max<std::size_t>(stimuli.size() / 2, 1); size > 0; size /= 2)
        for (std::size_t at = 0; at < stimuli.size();) {
            std::vector<stimulus> fewer = stimuli;
            auto first = fewer.begin() + static_cast<std::ptrdiff_t>(at);
            fewer.erase(first, first + static_cast<std::ptrdiff_t>(std::min(size, fewer.size() - at)));
            if (!try_out(seed, fewer, unused).empty())
                stimuli = fewer;
            else
                at += size;
        }
    return stimuli;
}

std::string explain(std::uint64_t seed, const std::vector<stimulus>& stimuli) {
    cell_counts unused{};
    std::string text = "seed " + std::to_string(seed) + ": " + try_out(seed, stimuli, unused) + "\n";
    for (const stimulus& one : stimuli) text += "  " + text_of(one) + "\n";
    return text;
}
} // namespace

TEST_CASE("property: any sequence of events keeps the machine's invariants") {
    cell_counts cells{};
    std::size_t cases = property_cases();
    for (std::uint64_t seed = first_seed(), last = seed + cases; seed < last; ++seed) {
        random_numbers random(~seed);
        std::vector<stimulus> stimuli = random_stimuli(random);
        if (try_out(seed, stimuli, cells).empty()) continue;
        FAIL(explain(seed, shrink(seed, stimuli)));
    }
    // The cases are worth something only if they get everywhere: to all stages, by all events, and when there are
    // many, to every cell of the table that does something (but a probe that outlives its run is rarer than that).
    if (cases < 10'000) return;
    for (std::size_t kind = 0; kind < event_count; ++kind) {
        table_row row = describe(static_cast<event_kind>(kind));
        bool came = false;
        for (std::size_t at = 0; at < stage_count; ++at) {
            came = came || cells[kind][at] > 0;
            if (row.moves[at] != "-" && row.moves[at] != "probe_gone" && cases >= 1'000'000)
                CHECK_MESSAGE(cells[kind][at] > 0, "event ", row.event, " never came in stage ",
                              stage_names[at]);
        }
        CHECK_MESSAGE(came, "event ", row.event, " never came");
    }
    for (std::size_t at = 0; at < stage_count; ++at)
        CHECK_MESSAGE(cells[static_cast<std::size_t>(event_kind::up)][at] > 0, "stage ", stage_names[at],
                      " never came");
}
