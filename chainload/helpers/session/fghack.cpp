// fghack PROGRAM …: keeps a program that puts itself into the background in the foreground, as far as that can be
// seen: it gives PROGRAM many copies of a pipe's end and stays until all of them are closed. Exit code: PROGRAM's;
// 111 if a signal killed it. As daemontools'.
//
// A service does not need it: supervise itself finds a daemon that has gone into the background.
#include "chainload/helpers/session/helpers.hpp"
#include "chainload/unique_fd.hpp"

#include <sys/wait.h>
#include <unistd.h>

namespace reeve::chainload {

next run_fghack(char** arguments, process& self) {
    constexpr int copies = 30;
    if (arguments[1] == nullptr) return self.wrong_usage();
    int ends[2];
    if (::pipe(ends) < 0) return self.unable(errno, "create pipe");
    unique_fd in(ends[0]), out(ends[1]);
    pid_t child = ::fork();
    if (child < 0) return self.unable(errno, "fork");
    if (child == 0) {
        in.reset();
        for (int i = 0; i < copies; ++i)
            if (::dup(out.get()) < 0) return self.done(system_error);
        (void)out.release(); // PROGRAM has it too
        return self.go_on(arguments + 1);
    }
    out.reset();
    char byte;
    for (;;) {
        ssize_t got = ::read(in.get(), &byte, 1);
        if (got == 0 || (got < 0 && errno != EINTR)) break;
    }
    int status;
    while (::waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return self.fatal("wait failed: ", error_text(errno));
    if (!WIFEXITED(status)) return self.fatal("child crashed");
    return self.done(WEXITSTATUS(status));
}

} // namespace reeve::chainload
