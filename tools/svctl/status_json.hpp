// The JSON forms of status, as svctl.1 documents them. Names and meanings stay; members may be added.
#pragma once

#include "tools/svctl/service_detail.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <vector>

namespace reeve::svctl {

boost::json::object service_json(const snapshot& seen, std::int64_t now_ms);
boost::json::object detail_json(const service_detail& detail, std::int64_t now_ms);

// As in the answer of check.
boost::json::array problem_list(const std::vector<diagnostic>& problems);

// The whole answer, a newline at the end.
std::string status_json(const scan_directory& tree, boost::json::array services);

} // namespace reeve::svctl
