#include "chainload/helpers/helpers.hpp"

#include "chainload/helpers/deciding/helpers.hpp"
#include "chainload/helpers/descriptors/helpers.hpp"
#include "chainload/helpers/environment/helpers.hpp"
#include "chainload/helpers/isolation/helpers.hpp"
#include "chainload/helpers/limits/helpers.hpp"
#include "chainload/helpers/place/helpers.hpp"
#include "chainload/helpers/rights/helpers.hpp"
#include "chainload/helpers/session/helpers.hpp"
#include "chainload/helpers/sockets/helpers.hpp"
#include "chainload/helpers/waiting/helpers.hpp"

#include <algorithm>
#include <array>

namespace reeve::chainload {

namespace {
constexpr helper_group groups[] = {
    {"rights", "who the process is and what it may do", rights_helpers},
    {"environment", "the variables it gets", environment_helpers, true},
    {"limits", "how much of the machine it gets", limits_helpers, true},
    {"descriptors", "the descriptors it gets", descriptors_helpers, true},
    {"place", "where it runs", place_helpers},
    {"session", "its session, its name, its signals", session_helpers, true},
    {"isolation", "what it can see and reach", isolation_helpers},
    {"deciding", "whether, beside what and for how long it runs", deciding_helpers},
    {"sockets", "the sockets it listens on, and when it is ready", sockets_helpers},
    {"waiting", "until when it waits", waiting_helpers},
};

constexpr std::size_t count = [] {
    std::size_t sum = 0;
    for (const auto& group : groups) sum += group.helpers.size();
    return sum;
}();

// By name: every link of a chain is looked up here.
constexpr auto sorted = [] {
    std::array<const helper*, count> all{};
    auto* next = all.data();
    for (const auto& group : groups)
        for (const auto& one : group.helpers) *next++ = &one;
    std::sort(all.begin(), all.end(), [](const helper* a, const helper* b) { return a->name < b->name; });
    return all;
}();
static_assert(std::adjacent_find(sorted.begin(), sorted.end(), [](const helper* a, const helper* b) {
                  return a->name == b->name;
              }) == sorted.end());
} // namespace

std::span<const helper_group> helper_groups() {
    return groups;
}

const helper* find_helper(std::string_view name) {
    auto found = std::lower_bound(sorted.begin(), sorted.end(), name,
                                  [](const helper* one, std::string_view text) { return one->name < text; });
    return found != sorted.end() && (*found)->name == name ? *found : nullptr;
}

const helper_group& group_of(const helper& one) {
    for (const auto& group : groups)
        if (&one >= group.helpers.data() && &one < group.helpers.data() + group.helpers.size()) return group;
    return groups[0];
}

} // namespace reeve::chainload
