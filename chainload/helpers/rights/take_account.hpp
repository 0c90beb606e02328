// What setuidgid and keepgroups have in common: look an account up, become it, go on.
#pragma once

#include "chainload/helpers/helper.hpp"

namespace reeve::chainload {

enum class memberships { none, all };

// arguments: name of the helper, account, program ….
next take_account(char** arguments, process& self, memberships wanted);

} // namespace reeve::chainload
