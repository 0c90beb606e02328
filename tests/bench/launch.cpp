// launch [-g FILE]… [-n TIMES] PROGRAM ARGUMENT…: joins control groups (each FILE is a cgroup.procs), tells when it
// execs, and execs PROGRAM. So a tree's whole cost is counted in its group, and its start is timed from its exec.
// With -n it stays, as the parent of so many processes of PROGRAM: all of what they cost is in the group.
#include "tests/bench/record.hpp"

#include <cstdio>

int main(int count, char** words) {
    using namespace reeve::bench;
    int option = 0;
    int times = 0;
    while ((option = ::getopt(count, words, "+g:n:")) != -1) {
        if (option == 'n') {
            times = std::atoi(optarg);
            continue;
        }
        if (option != 'g') return 100;
        int group = ::open(optarg, O_WRONLY | O_CLOEXEC);
        if (group < 0 || ::write(group, "0", 1) != 1) {
            std::perror("launch: unable to join the control group");
            return 111;
        }
        ::close(group);
    }
    if (optind >= count) return 100;
    tell(monotonic_ns());
    for (int turn = 0; turn < times; ++turn) {
        if (::fork() == 0) times = 0;
    }
    if (times != 0) {
        for (;;) ::pause();
    }
    ::execv(words[optind], words + optind);
    std::perror("launch: unable to exec");
    return 111;
}
