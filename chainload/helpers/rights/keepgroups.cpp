// keepgroups ACCOUNT PROGRAM …: runs PROGRAM with all the rights of an account: setuidgid, but its supplementary groups
// are kept, those that a login of it would have (initgroups(3)).
#include "chainload/helpers/rights/helpers.hpp"
#include "chainload/helpers/rights/take_account.hpp"

namespace reeve::chainload {

next run_keepgroups(char** arguments, process& self) {
    return take_account(arguments, self, memberships::all);
}

} // namespace reeve::chainload
