// Reasons to wait, in words: the word of the protocol, and the sentence for people.
#pragma once

#include "depengine/reconciler.hpp"

#include <string>
#include <string_view>

namespace reeve::depengine {

// "need", "start-order", …
std::string_view word_of(waiting why);

// What there is to tell of a service: on its way down what that waits for, else why it does not run or start.
wait_reason reason_to_tell(const reconciler& now, node which);

// "needs db (requires), which gave up": why `which` is not where it is going, `reason` being its own.
std::string reason_text(const reconciler& now, node which, const wait_reason& reason);

} // namespace reeve::depengine
