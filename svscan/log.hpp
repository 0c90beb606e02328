// svscan's messages: one line each, "svscan: LEVEL: TEXT", on stderr, written at once.
#pragma once

#include "chainload/result.hpp"
#include "svscan/tree_events.hpp"

#include <string>
#include <string_view>

namespace reeve::svscan {

void say(severity level, std::string_view text);

// "unable to STEP: REASON", with daemontools' words for the errno.
std::string unable(const chainload::failure& why);

} // namespace reeve::svscan
