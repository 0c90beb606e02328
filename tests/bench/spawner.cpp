// spawner [-f] [-r FROM TO | -l TARGET NAME] TIMES [PROGRAM ARGUMENT…]: runs a command TIMES times, one after the
// other, and prints for each the moments before its start and after its end was seen (CLOCK_MONOTONIC, nanoseconds).
//   -f          fork instead of posix_spawn
//   -r FROM TO  rename, -l TARGET NAME  symlink: done after the first moment, before the command if there is one
// Being small and static it has the cost of the command in its figures and next to nothing of its own.
#include "tests/bench/record.hpp"

#include <cstdio>
#include <spawn.h>
#include <string_view>
#include <sys/wait.h>

extern char** environ;

namespace {

enum class change { none, rename, symlink };

// The results go to where stdout was; the commands write to /dev/null.
std::FILE* take_standard_output() {
    int results = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 10);
    int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (results < 0 || nowhere < 0 || ::dup2(nowhere, STDOUT_FILENO) < 0) return nullptr;
    ::close(nowhere);
    return ::fdopen(results, "w");
}

pid_t start(bool by_fork, char** command) {
    pid_t pid = -1;
    if (!by_fork) return ::posix_spawn(&pid, command[0], nullptr, nullptr, command, environ) == 0 ? pid : -1;
    pid = ::fork();
    if (pid != 0) return pid;
    ::execv(command[0], command);
    ::_exit(127);
}

} // namespace

int main(int count, char** words) {
    using reeve::bench::monotonic_ns;
    bool by_fork = false;
    auto what = change::none;
    char** names = nullptr;
    int at = 1;
    for (; at < count && words[at][0] == '-'; ++at) {
        std::string_view option = words[at];
        if (option == "-f") {
            by_fork = true;
        } else if ((option == "-r" || option == "-l") && at + 2 < count) {
            what = option == "-r" ? change::rename : change::symlink;
            names = words + at + 1;
            at += 2;
        } else {
            return 100;
        }
    }
    if (at >= count) return 100;
    int times = std::atoi(words[at]);
    char** command = words + at + 1;
    std::FILE* results = take_standard_output();
    if (results == nullptr) return 111;

    for (int turn = 0; turn < times; ++turn) {
        std::int64_t before = monotonic_ns();
        if (what == change::rename && ::rename(names[0], names[1]) != 0) return 111;
        if (what == change::symlink && ::symlink(names[0], names[1]) != 0) return 111;
        if (*command != nullptr) {
            int status = 0;
            pid_t pid = start(by_fork, command);
            if (pid < 0 || ::waitpid(pid, &status, 0) != pid) return 111;
            if (WIFSIGNALED(status) || WEXITSTATUS(status) >= 100) {
                std::fprintf(stderr, "spawner: %s ended with wait status %d\n", command[0], status);
                return 111;
            }
        }
        std::fprintf(results, "%lld %lld\n", static_cast<long long>(before),
                     static_cast<long long>(monotonic_ns()));
    }
    return std::fflush(results) == 0 ? 0 : 111;
}
