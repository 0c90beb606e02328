// The run script of `svctl new`. Pure.
#pragma once

#include <span>
#include <string>

namespace reeve::svctl {

// Execs `command` as `user` (empty: as it is), stderr where stdout goes.
std::string run_script(std::span<const std::string> command, const std::string& user);

} // namespace reeve::svctl
