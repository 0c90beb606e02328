// setpriv-caps [-b LIST] [-i LIST] [-a LIST] [-p LIST] [-s LIST] PROGRAM …: the capability sets (bounding, inheritable,
// ambient, permitted) and the securebits, capabilities(7). What has to be taken in which order is in capability_plan.
//
// An exec computes the sets anew, so what follows begins with one, also in a fused chain.
#include "chainload/helpers/rights/capability_list.hpp"
#include "chainload/helpers/rights/capability_plan.hpp"
#include "chainload/helpers/rights/helpers.hpp"
#include "chainload/option_reader.hpp"

namespace reeve::chainload {

next run_setpriv_caps(char** arguments, process& self) {
    auto now = read_rights();
    if (!now) return self.unable(now.why().error, now.why().step);
    capability_plan plan(*now);
    option_reader options(arguments, "b:i:a:p:s:");
    while (char option = options.next()) {
        if (option == option_reader::problem) return self.wrong_usage(options.complaint().view());
        std::string_view text = options.value();
        // "all" are those that the set can have.
        capability_set possible = option == 'b' ? now->bounding : now->permitted;
        std::string_view wrong = option == 'b'   ? change_set(text, possible, plan.wanted.bounding)
                                 : option == 'i' ? change_set(text, possible, plan.wanted.inheritable)
                                 : option == 'a' ? change_set(text, possible, plan.wanted.ambient)
                                 : option == 'p' ? change_set(text, possible, plan.wanted.permitted)
                                                 : change_securebits(text, plan.wanted.securebits);
        if (!wrong.empty())
            return self.wrong_usage(
                text_buffer<160>("setpriv-caps: no such ",
                                 option == 's' ? "securebit: " : "capability: ", wrong.substr(0, 64), '\n')
                    .view());
    }
    if (*options.rest() == nullptr) return self.wrong_usage();
    if (auto done = plan.carry_out(); !done)
        return self.unable(done.why().error, done.why().step, plan.subject().view());
    next then = self.go_on(options.rest());
    then.by_exec = true;
    return then;
}

} // namespace reeve::chainload
