#include "tools/svctl/graph_check.hpp"

#include "supervise/layout.hpp"
#include "tools/svctl/offline_graph.hpp"

#include <set>

namespace reeve::svctl {

using depengine::link;
using depengine::node;

namespace {
// The engine tells files below the scan directory, "db/required-by/web", whoever's definition they concern.
diagnostic of_file(const depengine::diagnostic& one) {
    std::size_t slash = one.file.find('/');
    std::string file = slash == std::string::npos ? std::string() : one.file.substr(slash + 1);
    return {one.file.substr(0, slash), file, 0, one.text, one.hint};
}

std::vector<bool> held_by(const depengine::graph& all, node target) {
    std::vector<bool> held(all.size(), false);
    std::vector<node> queue{target};
    held[target] = true;
    for (std::size_t next = 0; next < queue.size(); ++next)
        for (const link& edge : all.out(queue[next]))
            if ((edge.what & depengine::holding) != 0 && !held[edge.other]) {
                held[edge.other] = true;
                queue.push_back(edge.other);
            }
    return held;
}

// A target that holds two services of which only one can run never does what it is for. Where both are needed the
// engine has told.
void check_target(const depengine::graph& all, node target, std::vector<diagnostic>& found) {
    std::vector<bool> held = held_by(all, target);
    std::set<std::pair<node, node>> told;
    for (node one = 0; one < all.size(); ++one)
        for (const link& edge : all.out(one)) {
            bool conflict = (edge.what & set_of(depengine::relation::conflicts)) != 0;
            if (!conflict || !held[one] || !held[edge.other] ||
                !told.insert(std::minmax(one, edge.other)).second)
                continue;
            found.push_back({std::string(all.name(target)), "", 0,
                             "holds " + std::string(all.name(one)) + " and " +
                                 std::string(all.name(edge.other)) +
                                 ", which conflict, so only one of them would run",
                             origin_of(all, one, edge, depengine::relation::conflicts) + " says so"});
        }
}
} // namespace

std::vector<diagnostic> check_graph(const scan_directory& tree, const std::vector<diagnostic>& found) {
    offline_definitions read = read_definitions(tree);
    const depengine::graph& all = read.services;
    std::set<std::pair<std::string, std::string>> told;
    for (const diagnostic& one : found) told.emplace(one.service, one.file);
    std::vector<diagnostic> more;
    auto add = [&](const depengine::diagnostic& one) {
        diagnostic made = of_file(one);
        bool about_whole = made.file.empty();
        // svscan passes such names over, and what is no directory is no matter at all.
        if (!supervise::valid_service_name(made.service)) return;
        if (about_whole || !told.contains({made.service, made.file})) more.push_back(std::move(made));
    };
    for (const depengine::diagnostic& one : read.definitions.problems) add(one);
    for (const depengine::diagnostic& one : all.problems()) add(one);
    for (node one = 0; one < all.size(); ++one)
        if (all.is_target(one) && all[one].contradictory == depengine::no_node) check_target(all, one, more);
    return more;
}

} // namespace reeve::svctl
