#include "tools/svctl/graph_text.hpp"

#include "tools/svctl/engine_client.hpp"
#include "tools/svctl/progress.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <map>
#include <set>
#include <vector>

namespace reeve::svctl {

namespace json = boost::json;

namespace {
constexpr std::size_t deepest_indent = 60; // levels; a chain of thousands would be megabytes of blanks

struct edge {
    std::string to, words;
    bool soft;
    bool ordered;
};
struct node {
    std::string kind, phase;
    bool critical = false;
    std::vector<edge> edges;
};
using nodes = std::map<std::string, node>;

// Relations by which something is wanted, but not needed.
bool is_soft(const json::array& relations) {
    static const std::set<std::string_view> needs{"requires", "binds-to", "milestone", "requisite"};
    for (const json::value& one : relations)
        if (one.is_string() && needs.contains(std::string_view(one.as_string()))) return false;
    return true;
}

nodes read(const json::object& graph) {
    nodes all;
    for (const json::value& entry : list_field(graph, "nodes")) {
        if (!entry.is_object()) continue;
        const json::object& one = entry.as_object();
        all[text_field(one, "name")] = {
            text_field(one, "kind"), text_field(one, "phase"), flag_field(one, "critical"), {}};
    }
    for (const json::value& entry : list_field(graph, "edges")) {
        if (!entry.is_object()) continue;
        const json::object& one = entry.as_object();
        const json::array& relations = list_field(one, "relations");
        std::string words;
        for (const json::value& word : relations)
            if (word.is_string()) words += (words.empty() ? "" : ", ") + std::string(word.as_string());
        all[text_field(one, "from")].edges.push_back(
            {text_field(one, "to"), words, is_soft(relations), flag_field(one, "ordered")});
    }
    return all;
}

std::string_view fill_of(const node& one) {
    if (one.kind == "missing") return "#ffffff";
    switch (phase_colour(one.phase)) {
    case colour::green: return "#c8e6c9";
    case colour::red: return "#ffcdd2";
    case colour::yellow: return "#fff9c4";
    default: return "#eeeeee";
    }
}

std::string_view phase_of(const node& one) {
    return one.kind == "missing" ? std::string_view("missing") : std::string_view(one.phase);
}

// Names have no quotes and no backslashes, so they can stand between quotes as they are.
std::string quoted(const std::string& name) {
    return "\"" + name + "\"";
}
} // namespace

std::string graph_dot(const json::object& graph, bool critical) {
    std::string text = "digraph services {\n  rankdir=LR;\n  node [shape=box, style=\"rounded,filled\", "
                       "fontname=\"sans-serif\"];\n"
                       "  edge [fontname=\"sans-serif\", fontsize=9];\n";
    nodes all = read(graph);
    for (const auto& [name, one] : all) {
        std::string style = one.kind == "target"    ? ", shape=folder"
                            : one.kind == "missing" ? ", style=dashed"
                                                    : "";
        if (critical && one.critical) style += ", penwidth=3";
        text += "  " + quoted(name) + " [label=\"" + name + "\\n" + std::string(phase_of(one)) +
                "\", fillcolor=\"" + std::string(fill_of(one)) + "\"" + style + "];\n";
    }
    for (const auto& [name, one] : all)
        for (const edge& to : one.edges) {
            bool bold = critical && one.critical && all[to.to].critical;
            text += "  " + quoted(name) + " -> " + quoted(to.to) + " [label=\"" + to.words + "\"" +
                    (to.soft ? ", style=dashed" : "") + (bold ? ", penwidth=3" : "") + "];\n";
        }
    return text + "}\n";
}

std::string graph_mermaid(const json::object& graph, bool critical) {
    std::string text = "flowchart LR\n";
    nodes all = read(graph);
    std::map<std::string, std::string> ids; // Mermaid's own names must be plain
    for (const auto& [name, one] : all) {
        std::string id = "n" + std::to_string(ids.size());
        ids[name] = id;
        text += "  " + id + "[\"" + name + "<br/>" + std::string(phase_of(one)) + "\"]\n";
    }
    for (const auto& [name, one] : all)
        for (const edge& to : one.edges)
            text += "  " + ids[name] + (to.soft ? " -.->|" : " -->|") + to.words + "| " + ids[to.to] + "\n";
    for (const auto& [name, one] : all)
        text += "  style " + ids[name] + " fill:" + std::string(fill_of(one)) +
                (critical && one.critical ? ",stroke-width:4px" : "") + "\n";
    return text;
}

std::string graph_tree(const json::object& graph, bool critical, const terminal& on) {
    nodes all = read(graph);
    std::set<std::string> referred;
    for (const auto& [name, one] : all)
        for (const edge& to : one.edges)
            if (to.to != name) referred.insert(to.to);

    // What is still to be shown: an explicit stack, since a chain may be as long as a tree has services.
    struct item {
        std::string name, words;
        std::size_t depth;
    };
    std::string text;
    std::set<std::string> shown;
    auto show_from = [&](const std::string& root) {
        std::vector<item> stack{{root, "", 0}};
        while (!stack.empty()) {
            item next = std::move(stack.back());
            stack.pop_back();
            const node& one = all[next.name];
            bool again = !shown.insert(next.name).second;
            std::string phase(phase_of(one));
            text += std::string(std::min(next.depth, deepest_indent) * 2, ' ') +
                    (critical && one.critical ? "* " : "") + paint(next.name, colour::bold, on.colours) +
                    "  " + paint(phase, phase_colour(phase), on.colours) +
                    (next.words.empty() ? "" : "  " + paint(next.words, colour::dim, on.colours)) +
                    (again && !one.edges.empty() ? " ^" : "") + "\n";
            if (again) continue;
            for (std::size_t i = one.edges.size(); i-- > 0;)
                stack.push_back({one.edges[i].to, one.edges[i].words, next.depth + 1});
        }
    };
    for (const auto& [name, one] : all)
        if (!referred.contains(name)) show_from(name);
    for (const auto& [name, one] : all) // what only cycles lead to
        if (!shown.contains(name)) show_from(name);
    for (const json::value& entry : list_field(graph, "cycles")) {
        if (!entry.is_object()) continue;
        std::string path;
        for (const json::value& step : list_field(entry.as_object(), "path"))
            if (step.is_string()) path += std::string(step.as_string()) + " -> ";
        if (const json::value* cut = entry.as_object().if_contains("cut"); cut != nullptr && *cut == true)
            path += "... -> ";
        const json::array& steps = list_field(entry.as_object(), "path");
        if (!steps.empty() && steps.front().is_string()) path += std::string(steps.front().as_string());
        std::string from = text_field(entry.as_object(), "from"), to = text_field(entry.as_object(), "to");
        text +=
            "cycle: " + path +
            (from.empty() ? ": its members cannot start" : "; " + from + " -> " + to + " gives no order") +
            "\n";
    }
    return text;
}

} // namespace reeve::svctl
