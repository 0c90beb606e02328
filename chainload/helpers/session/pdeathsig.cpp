// pdeathsig SIGNAL PROGRAM …: the kernel sends SIGNAL when the parent ends, or rather the thread of it that made this
// process; 0: none. A parent that ended before the kernel knew is noticed. The kernel forgets it when the ids change
// and when a program with set-id bits or capabilities is run, so it stands behind setuidgid. Children do not inherit it.
#include "chainload/helpers/session/helpers.hpp"
#include "chainload/signals.hpp"

#include <sys/prctl.h>
#include <unistd.h>

namespace reeve::chainload {

next run_pdeathsig(char** arguments, process& self) {
    if (arguments[1] == nullptr || arguments[2] == nullptr) return self.wrong_usage();
    bool none = arguments[1] == std::string_view("0");
    auto signal = none ? std::optional<int>(0) : parse_signal(arguments[1]);
    if (!signal) return self.wrong_usage("pdeathsig: SIGNAL is the name or the number of a signal\n");
    pid_t parent = ::getppid();
    if (::prctl(PR_SET_PDEATHSIG, *signal, 0, 0, 0) < 0) return self.unable(errno, "set the signal");
    if (!none && ::getppid() != parent) ::kill(::getpid(), *signal);
    return self.go_on(arguments + 2);
}

} // namespace reeve::chainload
