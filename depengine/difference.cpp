#include "depengine/difference.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace reeve::depengine {

namespace {
constexpr std::array<std::string_view, 4> kind_names{"incomplete", "process", "oneshot", "target"};

std::string_view name_of_kind(supervise::service_kind kind) {
    switch (kind) {
    case supervise::service_kind::incomplete: break;
    case supervise::service_kind::process: return kind_names[1];
    case supervise::service_kind::oneshot: return kind_names[2];
    case supervise::service_kind::target: return kind_names[3];
    }
    return kind_names[0];
}

struct flag_row {
    std::string_view name;
    bool definition::*flag;
};
constexpr flag_row flag_table[] = {{"down", &definition::down},
                                   {"early", &definition::early},
                                   {"persistent", &definition::persistent},
                                   {"essential", &definition::essential},
                                   {"keep-on-isolate", &definition::keep_on_isolate}};

void compare(const definition& before, const definition& after, difference& into) {
    changed_service made{after.name, {}};
    if (before.kind != after.kind)
        made.what.push_back("kind: " + std::string(name_of_kind(after.kind)) + ", was " +
                            std::string(name_of_kind(before.kind)));
    for (const auto& row : flag_table)
        if (before.*row.flag != after.*row.flag)
            made.what.push_back("flag " + std::string(row.name) +
                                (after.*row.flag ? ": added" : ": removed"));
    if (before.refuse != after.refuse) made.what.push_back("refuse: changed");
    if (!made.what.empty()) into.changed.push_back(std::move(made));
}

std::vector<changed_edge> edges_of(const catalogue& all) {
    std::vector<changed_edge> found;
    for (const auto& [name, one] : all.services)
        for (const auto& edge : one.edges)
            found.push_back(edge.reversed ? changed_edge{edge.other, edge.which, name}
                                          : changed_edge{name, edge.which, edge.other});
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}
} // namespace

difference difference_of(const catalogue& before, const catalogue& after) {
    difference made;
    for (const auto& [name, one] : after.services) {
        auto old = before.services.find(name);
        if (old == before.services.end())
            made.added.push_back(name);
        else
            compare(old->second, one, made);
    }
    for (const auto& [name, one] : before.services)
        if (!after.services.contains(name)) made.removed.push_back(name);
    auto was = edges_of(before), is = edges_of(after);
    std::set_difference(is.begin(), is.end(), was.begin(), was.end(), std::back_inserter(made.edges_added));
    std::set_difference(was.begin(), was.end(), is.begin(), is.end(), std::back_inserter(made.edges_removed));
    return made;
}

} // namespace reeve::depengine
