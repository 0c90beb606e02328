// envuidgid ACCOUNT PROGRAM …: puts the account's ids into UID and GID, for a program that drops its rights itself.
// As daemontools'. Groups that are named in the text go into GIDLIST, comma-separated, as s6's tools read it.
#include "chainload/helpers/rights/helpers.hpp"
#include "chainload/helpers/rights/take_account.hpp"

namespace reeve::chainload {

next run_envuidgid(char** arguments, process& self) {
    const char* name = arguments[1];
    if (name == nullptr || arguments[2] == nullptr) return self.wrong_usage();
    next then;
    auto who = known_account(name, self, then);
    if (!who) return then;
    bool set = self.variables.set("GID", text_buffer<16>(who->groups[0]).view()) &&
               self.variables.set("UID", text_buffer<16>(who->user).view());
    if (who->groups_given) {
        text_buffer<16 * most_groups> list;
        for (gid_t group : who->all_groups()) list.add(list.view().empty() ? "" : ",").add(group);
        set = set && self.variables.set("GIDLIST", list.view());
    }
    return set ? self.go_on(arguments + 2) : self.out_of_memory();
}

} // namespace reeve::chainload
