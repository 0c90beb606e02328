// Whether an expression is true, and if not, which part of it decided that.
#pragma once

#include "chainload/helpers/deciding/predicates.hpp"

namespace reeve::chainload {

struct verdict {
    bool truth = false;
    std::string_view blamed;  // the part of the source
    text_buffer<128> instead; // what was found where that is a comparison; empty: nothing to tell
};

// What follows from the left side alone leaves the right side unasked. False: it cannot be told, and `halted` is what to
// return.
bool evaluate(const expression& whole, process& self, verdict& into, next& halted);

} // namespace reeve::chainload
