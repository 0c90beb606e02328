// Accounts as helpers are told them: looked up, what is wrong with them said; and what setuidgid and keepgroups have in
// common: become it, go on.
#pragma once

#include "chainload/helpers/helper.hpp"
#include "chainload/helpers/rights/account.hpp"

namespace reeve::chainload {

// The account that find_account knows by `name`. Nothing: `then` ends the chain and says why.
std::optional<account> known_account(const char* name, process& self, next& then);

enum class memberships { none, all };

// arguments: name of the helper, account, program ….
next take_account(char** arguments, process& self, memberships wanted);

} // namespace reeve::chainload
