// `svctl status`: all services as a table. Pure.
#pragma once

#include "tools/svctl/snapshot.hpp"
#include "tools/svctl/table.hpp"

#include <cstdint>
#include <vector>

namespace reeve::svctl {

table status_table(const std::vector<snapshot>& services, std::int64_t now_ms);

} // namespace reeve::svctl
