// landlock [-s] [-i] [-r PATH]… [-w PATH]… [-x PATH]… [--bind PORTS] [--connect PORTS] [--scope KINDS] PROGRAM …:
// PROGRAM may reach what is named and no more of its kind: files if a path is named, TCP ports to listen on if --bind is,
// to connect to if --connect is. Nobody needs rights for it, and nobody gets out again.
//
//   -r reading  -w reading and changing  -x reading and running   beneath PATH; -i: it need not be there
//   -s  that the kernel is too old for something is an error, else a warning
#include "chainload/file.hpp"
#include "chainload/helpers/isolation/helpers.hpp"
#include "chainload/helpers/isolation/landlock_demand.hpp"

namespace reeve::chainload {

next run_landlock(char** arguments, process& self) {
    landlock_demand demand;
    option_words options(arguments, landlock_options);
    while (char key = options.next()) {
        if (key == option_words::problem) return self.wrong_usage(options.complaint());
        if (!demand.add(key, options.value()))
            return self.wrong_usage(
                "landlock: PORTS are 80,8000-8010 or none, a scope is abstract-sockets or signals\n");
    }
    if (demand.is_empty() || *options.rest() == nullptr) return self.wrong_usage();
    int abi = landlock_abi();
    if (auto less = demand.shortcoming(abi); !less.empty()) {
        if (demand.strict) return self.fatal(less);
        text_buffer<160> warning("landlock: warning: ", less, ": it is not restricted\n");
        (void)write_all(STDERR_FILENO, warning.view());
    }
    landlock_rights known = known_rights(abi, demand.rights);
    if (known.paths == 0 && known.ports == 0 && known.scopes == 0) return self.go_on(options.rest());
    landlock_rules rules;
    const char* value = "";
    result<void> done = rules.begin(known);
    if (done) done = add_landlock_rules(arguments, demand, rules, value);
    if (!done) return self.unable(done.why().error, done.why().step, value);
    if (done = rules.enforce(); !done) return self.unable(done.why().error, done.why().step);
    return self.go_on(options.rest());
}

} // namespace reeve::chainload
