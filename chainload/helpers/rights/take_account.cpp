#include "chainload/helpers/rights/take_account.hpp"

#include "chainload/helpers/rights/become.hpp"

namespace reeve::chainload {

std::optional<account> known_account(const char* name, process& self, next& then) {
    auto who = find_account(name, self.variables.list());
    if (who) return *who;
    then = who.why().error == ENOENT ? self.fatal("unknown account ", name)
                                     : self.unable(who.why().error, who.why().step, " ", name);
    return std::nullopt;
}

next take_account(char** arguments, process& self, memberships wanted) {
    const char* name = arguments[1];
    if (name == nullptr || arguments[2] == nullptr) return self.wrong_usage();
    next then;
    auto who = known_account(name, self, then);
    if (!who) return then;
    if (wanted == memberships::all) {
        if (who->name.empty())
            return self.fatal("numbers are a member of no group: say the name of an account instead of ",
                              name);
        if (auto added = add_memberships(*who, self.variables.list()); !added)
            return self.unable(added.why().error, added.why().step, " ", name);
    }
    if (auto became = become(*who); !became) return self.unable(became.why().error, became.why().step);
    return self.go_on(arguments + 2);
}

} // namespace reeve::chainload
