// setuidgid [-s] ACCOUNT PROGRAM …: runs PROGRAM with the rights of an account: its user, its main group and no other.
// As daemontools', with groups and numbers as account.hpp reads them besides; -s is daemontools-encore's: the groups
// that the account is a member of too, as keepgroups gives them.
#include "chainload/helpers/rights/helpers.hpp"
#include "chainload/helpers/rights/take_account.hpp"

namespace reeve::chainload {

next run_setuidgid(char** arguments, process& self) {
    bool supplementary = arguments[1] != nullptr && arguments[1] == std::string_view("-s");
    if (supplementary) ++arguments;
    return take_account(arguments, self, supplementary ? memberships::all : memberships::none);
}

} // namespace reeve::chainload
