// signals [-i LIST] [-d LIST] [-b LIST] [-u LIST] … PROGRAM …: what happens to signals that come: -i ignores them, -d
// gives them their default again, -b blocks and -u unblocks them. One after the other, in the order given.
#include "chainload/helpers/session/helpers.hpp"
#include "chainload/helpers/session/signal_list.hpp"
#include "chainload/option_reader.hpp"

namespace reeve::chainload {

namespace {
bool dispose(std::string_view list, void (*handler)(int)) {
    struct sigaction action = {};
    action.sa_handler = handler;
    // Of all signals the C library keeps some to itself.
    return for_each_signal(list, [&](int signal, bool was_named) {
        return ::sigaction(signal, &action, nullptr) == 0 || !was_named;
    });
}

bool mask(std::string_view list, int how) {
    sigset_t set;
    sigemptyset(&set);
    bool understood = for_each_signal(list, [&](int signal, bool was_named) {
        bool possible = signal != SIGKILL && signal != SIGSTOP && sigaddset(&set, signal) == 0;
        return possible || !was_named;
    });
    return understood && ::sigprocmask(how, &set, nullptr) == 0;
}
} // namespace

next run_signals(char** arguments, process& self) {
    option_reader options(arguments, "i:d:b:u:");
    while (char option = options.next()) {
        bool done = true;
        switch (option) {
        case 'i': done = dispose(options.value(), SIG_IGN); break;
        case 'd': done = dispose(options.value(), SIG_DFL); break;
        case 'b': done = mask(options.value(), SIG_BLOCK); break;
        case 'u': done = mask(options.value(), SIG_UNBLOCK); break;
        default: return self.wrong_usage(options.complaint().view());
        }
        if (!done)
            return self.wrong_usage("signals: LIST is names or numbers of signals but KILL and STOP, with "
                                    "commas between, or all\n");
    }
    return self.go_on(options.rest());
}

} // namespace reeve::chainload
