// Whether, when and for how long it runs: the helpers of chainload-deciding(1).
#pragma once

#include "chainload/helpers/helper.hpp"

namespace reeve::chainload {

next run_if(char** arguments, process& self);

// clang-format off
inline constexpr helper deciding_helpers[] = {
    {"if", run_if, "[-n] [-X] [-t | -x CODE] { COMMAND ... } PROGRAM ...", "go on if a command succeeds"},
};
// clang-format on

} // namespace reeve::chainload
