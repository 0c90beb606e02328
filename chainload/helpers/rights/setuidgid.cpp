// setuidgid ACCOUNT PROGRAM …: runs PROGRAM with the rights of an account: its user, its main group and no other.
// As daemontools', with groups and numbers as account.hpp reads them besides.
#include "chainload/helpers/rights/account.hpp"
#include "chainload/helpers/rights/helpers.hpp"

#include <grp.h>
#include <unistd.h>

namespace reeve::chainload {

next run_setuidgid(char** arguments, process& self) {
    const char* name = arguments[1];
    if (name == nullptr || arguments[2] == nullptr) return self.wrong_usage();
    auto who = find_account(name, self.variables.list());
    if (!who && who.why().error == ENOENT) return self.fatal("unknown account ", name);
    if (!who) return self.unable(who.why().error, who.why().step, " ", name);
    auto groups = who->all_groups();
    if (::setgroups(groups.size(), groups.data()) < 0 || ::setgid(groups[0]) < 0)
        return self.unable(errno, "setgid");
    if (::setuid(who->user) < 0) return self.unable(errno, "setuid");
    return self.go_on(arguments + 2);
}

} // namespace reeve::chainload
