// chainload's process and spawn: what /proc and pidfds say, and children that fail before exec.
#include "chainload/process.hpp"

#include "chainload/spawn.hpp"

#include <array>
#include <csignal>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <string_view>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace reeve::chainload;

namespace {
// A child that waits for its pipe to close: it ends by itself if this test does.
struct waiting_child {
    waiting_child() {
        int ends[2];
        REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
        pid = ::fork();
        REQUIRE(pid >= 0);
        if (pid == 0) {
            ::close(ends[1]);
            char byte;
            ::_exit(::read(ends[0], &byte, 1) == 1 ? 7 : 0);
        }
        ::close(ends[0]);
        hold.reset(ends[1]);
    }
    ~waiting_child() {
        hold.reset();
        if (!reaped) ::waitpid(pid, nullptr, 0);
    }
    int end_with_7() {
        int status = -1;
        CHECK(::write(hold.get(), "x", 1) == 1);
        ::waitpid(pid, &status, 0);
        reaped = true;
        return status;
    }
    pid_t pid;
    unique_fd hold;
    bool reaped = false;
};
} // namespace

TEST_CASE("the state of this process") {
    auto self = read_process_stat(0);
    REQUIRE(self);
    CHECK(self->state == 'R');
    CHECK(self->parent == ::getppid());
    CHECK(self->group == ::getpgrp());
    CHECK(self->session == ::getsid(0));
    CHECK(self->start > 0);
    CHECK(read_process_stat(::getpid())->start == self->start);
    CHECK(!read_process_stat(1 << 30));
}

TEST_CASE("a name with parentheses and blanks does not confuse the reader") {
    char before[17] = {};
    ::prctl(PR_GET_NAME, before);
    ::prctl(PR_SET_NAME, ") S 1 (x) 2");
    auto self = read_process_stat(::getpid());
    ::prctl(PR_SET_NAME, before);
    REQUIRE(self);
    CHECK(self->parent == ::getppid());
}

TEST_CASE("children are listed, of all threads, and no more than there is room for") {
    waiting_child first, second;
    std::array<pid_t, 8> into{};
    auto count = read_children(0, into);
    if (!count || *count == 0) {
        MESSAGE("skipped: this kernel has no /proc/PID/task/TID/children");
        return;
    }
    REQUIRE(*count == 2);
    CHECK(
        ((into[0] == first.pid && into[1] == second.pid) || (into[0] == second.pid && into[1] == first.pid)));
    std::array<pid_t, 1> one{};
    CHECK(*read_children(0, one) == 1);
    CHECK(*read_children(first.pid, into) == 0);
    auto of_parent = read_children(::getppid(), into);
    CHECK(of_parent);
}

TEST_CASE("a pidfd is of the process with that start time only") {
    waiting_child child;
    auto stat = read_process_stat(child.pid);
    REQUIRE(stat);
    CHECK(stat->parent == ::getpid());
    auto fd = open_process(child.pid, stat->start);
    REQUIRE(fd);
    CHECK((::fcntl(fd->get(), F_GETFD) & FD_CLOEXEC) != 0);
    auto other = open_process(child.pid, stat->start + 1);
    REQUIRE(!other);
    CHECK(other.why().error == ESRCH);
    CHECK(signal_process(fd->get(), 0));
    CHECK(!exit_status_of(fd->get()));
    int status = child.end_with_7();
    CHECK(WEXITSTATUS(status) == 7);
    CHECK(signal_process(fd->get(), SIGKILL).why().error == ESRCH);
    CHECK(!open_process(child.pid, stat->start));
}

TEST_CASE("the exit status of a process that was never our child") {
    // The middle process ends at once and leaves its child to init or the nearest subreaper, which reaps it.
    int report[2], hold[2];
    REQUIRE(::pipe2(report, O_CLOEXEC) == 0);
    REQUIRE(::pipe2(hold, O_CLOEXEC) == 0);
    pid_t middle = ::fork();
    REQUIRE(middle >= 0);
    if (middle == 0) {
        // It reaps its own child, so that the test does not depend on who runs as init here.
        pid_t grandchild = ::fork();
        if (grandchild == 0) {
            ::close(hold[1]);
            char byte;
            [[maybe_unused]] auto got = ::read(hold[0], &byte, 1);
            ::_exit(9);
        }
        ::close(hold[1]);
        [[maybe_unused]] auto put = ::write(report[1], &grandchild, sizeof grandchild);
        ::waitpid(grandchild, nullptr, 0);
        ::_exit(0);
    }
    pid_t grandchild = 0;
    REQUIRE(::read(report[0], &grandchild, sizeof grandchild) == sizeof grandchild);
    auto stat = read_process_stat(grandchild);
    REQUIRE(stat);
    auto fd = open_process(grandchild, stat->start);
    REQUIRE(fd);
    for (int end : {hold[0], hold[1]}) ::close(end);
    ::waitpid(middle, nullptr, 0);
    for (int end : {report[0], report[1]}) ::close(end);
    auto status = exit_status_of(fd->get());
    if (!status) {
        MESSAGE("skipped: this kernel has no PIDFD_INFO_EXIT (Linux 6.15)");
        return;
    }
    CHECK(WIFEXITED(*status));
    CHECK(WEXITSTATUS(*status) == 9);
}

TEST_CASE("spawn_child: the body's exec succeeds") {
    char name[] = "/bin/sh", option[] = "-c", command[] = "exit 3";
    char* argv[] = {name, option, command, nullptr};
    auto pid = spawn_child([&] {
        ::execv(argv[0], argv);
        return failed("exec run");
    });
    REQUIRE(pid);
    int status = 0;
    CHECK(::waitpid(*pid, &status, 0) == *pid);
    CHECK(WEXITSTATUS(status) == 3);
}

TEST_CASE("spawn_child: a step that fails is reported, and the child is gone") {
    auto pid = spawn_child([] {
        if (::chdir("/no/such/directory") < 0) return failed("change directory");
        return failure{0, "never"};
    });
    REQUIRE(!pid);
    CHECK(pid.why().error == ENOENT);
    CHECK(std::string_view(pid.why().step) == "change directory");
    CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
    CHECK(errno == ECHILD);
}
