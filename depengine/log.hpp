// The engine's messages: one line each, "depengine: LEVEL: TEXT", on stderr, written at once.
#pragma once

#include "chainload/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace reeve::depengine {

enum class severity : std::uint8_t { info, warning, error, fatal };

// Takes no memory but the first time.
void say(severity level, std::string_view text);

// "unable to STEP: REASON", with daemontools' words for the errno.
std::string unable(const chainload::failure& why);

} // namespace reeve::depengine
