// What the server of accept-each does at signals: s6's meanings of them, and the ends of its children.
#include "chainload/file.hpp"
#include "chainload/helpers/sockets/connection_server.hpp"

#include <sys/signalfd.h>
#include <sys/wait.h>

namespace reeve::chainload {

void connection_server::heed_signals() {
    signalfd_siginfo got;
    while (::read(watched_[0].fd, &got, sizeof got) == sizeof got) {
        switch (got.ssi_signo) {
        case SIGCHLD: reap(); break;
        case SIGHUP: signal_all(SIGTERM); break;
        case SIGQUIT:
            signal_all(SIGTERM);
            ended_ = true;
            break;
        case SIGABRT:
            signal_all(SIGKILL);
            ended_ = true;
            break;
        default: stop(); break;
        }
    }
}

void connection_server::stop() {
    ended_ = ended_ || stopping_ || !options_.wait_at_end; // the second one does not wait
    stopping_ = true;
    while (listeners_ > 0) ::close(watched_[listeners_--].fd);
}

void connection_server::signal_all(int signal) {
    for (pid_t pid : table_.pids()) {
        ::kill(pid, signal);
        ::kill(pid, SIGCONT);
    }
}

void connection_server::reap() {
    text_buffer<4096> lines;
    auto write_lines = [&] {
        if (options_.verbose) (void)write_all(STDERR_FILENO, lines.view());
        lines.clear();
    };
    int status;
    // Children that an earlier link of the chain has left are reaped with ours.
    for (pid_t pid; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
        if (!table_.remove(pid)) continue;
        lines.add("accept-each: end ").add(pid).add(" status ").add(status);
        lines.add("\naccept-each: status: ").add(table_.count()).add('/').add(table_.limit()).add('\n');
        if (lines.view().size() > 3900) write_lines();
    }
    write_lines();
}

} // namespace reeve::chainload
