// The graph as the definitions on disk have it, where no engine tells: by the engine's own parser.
#pragma once

#include "depengine/graph.hpp"
#include "tools/svctl/scan_directory.hpp"

#include <boost/json/object.hpp>

namespace reeve::svctl {

struct offline_definitions {
    depengine::catalogue definitions;
    depengine::graph services;
};
// Throws verb_error (111) if the scan directory cannot be read.
offline_definitions read_definitions(const scan_directory& tree);

// In the form of the engine's "graph" line; phases are those of the status records. `names`: only these, and all that
// they relate to; empty: all.
boost::json::object offline_graph(const scan_directory& tree, const std::vector<std::string>& names);

} // namespace reeve::svctl
