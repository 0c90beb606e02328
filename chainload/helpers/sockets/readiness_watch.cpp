#include "chainload/helpers/sockets/readiness_watch.hpp"

#include "chainload/message.hpp"

#include <fcntl.h>

namespace reeve::chainload {

next readiness_watch::begin(char** rest, process& self) {
    next then = line.empty() ? begin_asking(rest, self) : begin_reading(rest, self);
    // The watcher has it; the program could be mistaken for one that still has something to say.
    if (report.fd() >= 0) ::close(report.fd());
    return then;
}

next readiness_watch::begin_asking(char** rest, process& self) {
    program_watcher watcher;
    const int keep[] = {report.fd()};
    auto child = watcher.fork(keep);
    if (!child) return self.unable(child.why().error, child.why().step);
    if (*child > 0) return self.go_on(rest);
    settle(probe.await(watcher, deadline()), watcher);
    ::_exit(0);
}

// The watcher stands between the program and its output until that ends.
next readiness_watch::begin_reading(char** rest, process& self) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return self.unable(errno, "create pipe");
    unique_fd in(ends[0]), out(ends[1]), beyond(::fcntl(output, F_DUPFD_CLOEXEC, 3));
    if (!beyond) return self.unable(errno, "use descriptor ", output);
    program_watcher watcher;
    const int keep[] = {report.fd(), in.get(), beyond.get()};
    auto child = watcher.fork(keep);
    if (!child) return self.unable(child.why().error, child.why().step);
    if (*child > 0)
        return ::dup2(out.get(), output) < 0 ? self.unable(errno, "set up the output") : self.go_on(rest);
    settle(copy_until_line(in.get(), beyond.get(), line, watcher, deadline()), watcher);
    copy_rest(in.get(), beyond.get());
    ::_exit(0);
}

void readiness_watch::settle(bool ready, const program_watcher& watcher) {
    bool ended = watcher.await(0) == program_watcher::event::program_ended;
    // A daemon may have gone into the background, and what is left of it says that it is ready.
    if (ready) return report.tell(ended ? 0 : watcher.program());
    if (!ended) messenger("notify-when").say(level::warning, "the time is over, and it is not ready");
    if (report.fd() >= 0) ::close(report.fd());
}

} // namespace reeve::chainload
