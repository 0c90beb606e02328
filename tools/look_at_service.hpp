// Reads what a service directory says about itself right now.
#pragma once

#include "tools/service_view.hpp"

namespace reeve::tools {

// Enters `dir` (and stays there) and looks, in daemontools' order and with its words for what goes wrong.
service_view look_at_service(const char* dir);

} // namespace reeve::tools
