#include "tools/svctl/offline_graph.hpp"

#include "depengine/directory_source.hpp"
#include "tools/svctl/exit_code.hpp"
#include "tools/svctl/snapshot.hpp"

#include <boost/json/array.hpp>

namespace reeve::svctl {

namespace json = boost::json;
using depengine::node;

namespace {
std::string_view kind_word(supervise::service_kind kind) {
    switch (kind) {
    case supervise::service_kind::process: return "process";
    case supervise::service_kind::oneshot: return "oneshot";
    case supervise::service_kind::target: return "target";
    case supervise::service_kind::incomplete: break;
    }
    return "missing";
}

// The named nodes and all that can be reached from them.
std::vector<bool> reach(const depengine::graph& all, const std::vector<std::string>& names) {
    std::vector<bool> reached(all.size(), names.empty());
    std::vector<node> queue;
    for (const std::string& name : names)
        if (node one = all.find(name); one != depengine::no_node && !reached[one]) {
            reached[one] = true;
            queue.push_back(one);
        }
    for (std::size_t next = 0; next < queue.size(); ++next)
        for (const depengine::link& edge : all.out(queue[next]))
            if (!reached[edge.other]) {
                reached[edge.other] = true;
                queue.push_back(edge.other);
            }
    return reached;
}
} // namespace

offline_definitions read_definitions(const scan_directory& tree) {
    depengine::directory_source source(tree.fd());
    auto read = depengine::read_catalogue(source);
    if (!read) throw system_failure(read.why(), tree.path());
    offline_definitions found{std::move(*read), {}};
    found.services = depengine::graph(found.definitions);
    return found;
}

json::object offline_graph(const scan_directory& tree, const std::vector<std::string>& names) {
    offline_definitions read = read_definitions(tree);
    const depengine::graph& all = read.services;
    std::vector<bool> shown = reach(all, names);
    process_table processes;
    json::array nodes, edges, cycles;
    for (node one = 0; one < all.size(); ++one) {
        if (!shown[one]) continue;
        std::string name(all.name(one));
        std::string phase =
            all.exists(one) ? std::string(phase_word(look_at_service(tree, name, processes))) : "";
        nodes.push_back(
            {{"name", name}, {"kind", kind_word(all[one].kind)}, {"phase", phase}, {"critical", false}});
        for (const depengine::link& edge : all.out(one)) {
            if (!shown[edge.other]) continue;
            json::array words;
            for (const auto& row : depengine::relation_table)
                if ((edge.what & set_of(row.which)) != 0) words.emplace_back(row.name);
            edges.push_back({{"from", name},
                             {"to", all.name(edge.other)},
                             {"relations", std::move(words)},
                             {"ordered", edge.ordered}});
        }
    }
    for (const depengine::cycle& one : all.cycles()) {
        json::array path;
        for (node step : one.path) path.emplace_back(all.name(step));
        auto name = [&](node which) {
            return which == depengine::no_node ? json::value(nullptr) : json::value(all.name(which));
        };
        cycles.push_back(
            {{"path", std::move(path)}, {"from", name(one.from)}, {"to", name(one.to)}, {"cut", one.cut}});
    }
    return {{"v", 1},
            {"type", "graph"},
            {"nodes", std::move(nodes)},
            {"edges", std::move(edges)},
            {"cycles", std::move(cycles)}};
}

} // namespace reeve::svctl
