// The graph of services in the forms that people and their tools look at. Pure: from the "graph" line of the engine,
// or one made from the definitions.
#pragma once

#include "tools/svctl/colour.hpp"

#include <boost/json/object.hpp>
#include <string>

namespace reeve::svctl {

enum class graph_form : std::uint8_t { tree, dot, mermaid, svg, json };

// Graphviz: an edge points at what is needed; colours are phases; `critical` marks the chain that took longest.
std::string graph_dot(const boost::json::object& graph, bool critical);
// Mermaid's flowchart, for Markdown.
std::string graph_mermaid(const boost::json::object& graph, bool critical);
// Indented, from the services that nothing refers to; what was shown before is shown once more without what is
// below it, marked "^".
std::string graph_tree(const boost::json::object& graph, bool critical, const terminal& on);

} // namespace reeve::svctl
