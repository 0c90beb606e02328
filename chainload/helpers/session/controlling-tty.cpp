// controlling-tty [-f] TTY PROGRAM …: makes TTY the controlling terminal of a session of its own, and descriptors 0 to 2.
// -f takes a terminal away from another session, which needs CAP_SYS_ADMIN.
#include "chainload/file.hpp"
#include "chainload/helpers/session/helpers.hpp"
#include "chainload/option_reader.hpp"

#include <sys/ioctl.h>

namespace reeve::chainload {

next run_controlling_tty(char** arguments, process& self) {
    bool force = false;
    option_reader options(arguments, "f");
    while (char option = options.next()) {
        if (option == option_reader::problem) return self.wrong_usage(options.complaint().view());
        force = true;
    }
    char** rest = options.rest();
    if (rest[0] == nullptr || rest[1] == nullptr) return self.wrong_usage();
    // Without waiting for the carrier of a serial line, and before anything has changed.
    auto tty = open_at(AT_FDCWD, rest[0], O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (!tty) return self.unable(tty.why().error, "open ", rest[0]);
    if (::isatty(tty->get()) == 0) return self.fatal("unable to use ", rest[0], ": not a terminal");
    if (::setsid() < 0 && ::getsid(0) != ::getpid())
        return self.unable(errno, "make a session: the process leads a process group");
    if (::ioctl(tty->get(), TIOCSCTTY, force ? 1 : 0) < 0)
        return self.unable(errno, "make ", rest[0], " the controlling terminal");
    if (::fcntl(tty->get(), F_SETFL, ::fcntl(tty->get(), F_GETFL) & ~O_NONBLOCK) < 0)
        return self.unable(errno, "make ", rest[0], " blocking");
    int low = tty->get() <= STDERR_FILENO ? tty->release() : tty->get();
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
        bool placed = fd == low ? ::fcntl(fd, F_SETFD, 0) == 0 : ::dup2(low, fd) >= 0;
        if (!placed) return self.unable(errno, "make ", rest[0], " the standard descriptors");
    }
    return self.go_on(rest + 1);
}

} // namespace reeve::chainload
