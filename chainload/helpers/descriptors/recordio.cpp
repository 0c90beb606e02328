// recordio PROGRAM …: shows on standard error all that PROGRAM reads from its standard input and writes to its standard
// output, with its pid and "<" or ">". As ucspi-tcp's: PROGRAM is the process itself, the one that records its child,
// which ends with PROGRAM's output.
#include "chainload/helpers/descriptors/helpers.hpp"
#include "chainload/helpers/descriptors/high_pipe.hpp"
#include "chainload/helpers/descriptors/recorder.hpp"

#include <csignal>
#include <sys/syscall.h>
#include <unistd.h>

namespace reeve::chainload {

namespace {
// The recorder lives as long as the output, whatever signal the process group gets, and holds nothing else open: a lock
// or a readiness pipe is PROGRAM's alone.
void record(int to_program, int from_program, pid_t pid) {
    for (int signal : {SIGPIPE, SIGHUP, SIGINT, SIGQUIT, SIGTERM}) ::signal(signal, SIG_IGN);
    constexpr int first = STDERR_FILENO + 1;
    int low = to_program < from_program ? to_program : from_program;
    int high = to_program < from_program ? from_program : to_program;
    auto close_between = [](int from, int to) {
        if (from <= to)
            ::syscall(SYS_close_range, static_cast<unsigned>(from), static_cast<unsigned>(to), 0u);
    };
    close_between(first, low - 1);
    close_between(low + 1, high - 1);
    ::syscall(SYS_close_range, static_cast<unsigned>(high + 1), ~0u, 0u);
    run_recorder(to_program, from_program, pid);
}
} // namespace

next run_recordio(char** arguments, process& self) {
    if (arguments[1] == nullptr) return self.wrong_usage();
    pid_t own_pid = ::getpid();
    auto input = make_high_pipe();
    auto output = input ? make_high_pipe() : result<high_pipe>(input.why());
    if (!output) return self.unable(output.why().error, output.why().step);
    pid_t recorder = ::fork();
    if (recorder < 0) return self.unable(errno, "fork");
    if (recorder == 0) {
        record(input->write_end.release(), output->read_end.release(), own_pid);
        ::_exit(0);
    }
    if (::dup2(input->read_end.get(), STDIN_FILENO) < 0 || ::dup2(output->write_end.get(), STDOUT_FILENO) < 0)
        return self.unable(errno, "place the pipes");
    return self.go_on(arguments + 1);
}

} // namespace reeve::chainload
