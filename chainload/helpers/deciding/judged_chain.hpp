// What `assert` and `skip-unless` share: the options, the expression, and the way on if it is true.
#pragma once

#include "chainload/helpers/deciding/evaluation.hpp"

namespace reeve::chainload {

struct judged_chain {
    unsigned char code;  // to exit with if it is not true
    bool silent = false; // without -q, which there is no need for then
    verdict outcome;
};

// NAME [-q] [-x CODE] EXPRESSION [PROGRAM …]. CODE is `least` to 99. True: the expression is false, and `into` tells why.
// Else `then` is what to return.
bool is_judged_false(char** arguments, process& self, unsigned char least, judged_chain& into, next& then);

} // namespace reeve::chainload
