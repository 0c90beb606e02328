// syscall_fault [-a CALL] REPORT CALL N ERRNO PROGRAM ARGUMENT…    the N-th CALL of PROGRAM fails with ERRNO, unexecuted
// syscall_fault [-a CALL] REPORT count 0 0 PROGRAM ARGUMENT…       none does
//
// Becomes PROGRAM under a seccomp filter that asks a server process about system calls (SECCOMP_RET_USER_NOTIF). What
// counts is what PROGRAM calls, its children up to their exec included (recognised by the same executable), but not
// what the programs that it starts call. With -a only what follows PROGRAM's first CALL counts: so the dynamic loader
// does not. When all processes under the filter have ended the server writes REPORT: a line "CALL COUNT" each, and
// "failed PID CALL TEXT…" for the call that was made to fail, with the text that its arguments point to.
#include "tests/fault/call_names.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {
using namespace reeve::fault;

struct plan {
    const char* report;
    int call = -1; // -1: only count
    unsigned long occurrence = 0;
    int error = 0;
    int after = -1; // what precedes this call does not count
};

// What launcher and server share: the launcher may not make a system call once it has the filter.
struct handshake {
    int server_is_ready;
    int listener;
};

[[noreturn]] void die(const char* what) {
    std::perror(what);
    std::_Exit(120);
}

// ---- the server

class server {
public:
    server(const plan& what, pid_t target, int listener)
        : plan_(what)
        , target_(target)
        , listener_(listener)
        , is_armed_(false) {}

    void serve() {
        for (;;) {
            pollfd polled{listener_, POLLIN, 0};
            if (::poll(&polled, 1, -1) < 0 && errno != EINTR) return;
            if ((polled.revents & POLLIN) != 0)
                answer();
            else if (polled.revents != 0)
                return; // nobody is left
        }
    }

    void write_report() const {
        std::string path(plan_.report), fresh = path + ".new";
        std::FILE* file = std::fopen(fresh.c_str(), "w");
        if (file == nullptr) return;
        for (std::size_t number = 0; number < counts_.size(); ++number) {
            if (counts_[number] == 0) continue;
            auto name = name_of(static_cast<int>(number));
            if (name.empty())
                std::fprintf(file, "#%zu %lu\n", number, counts_[number]);
            else
                std::fprintf(file, "%s %lu\n", name.data(), counts_[number]);
        }
        if (!failed_.empty()) std::fprintf(file, "failed %s\n", failed_.c_str());
        std::fclose(file);
        std::rename(fresh.c_str(), path.c_str());
    }

private:
    void answer() {
        seccomp_notif asked{};
        if (::ioctl(listener_, SECCOMP_IOCTL_NOTIF_RECV, &asked) < 0) return; // it was killed meanwhile
        seccomp_notif_resp reply{};
        reply.id = asked.id;
        if (is_to_fail(asked))
            reply.error = -plan_.error;
        else
            reply.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        ::ioctl(listener_, SECCOMP_IOCTL_NOTIF_SEND, &reply);
    }

    bool is_to_fail(const seccomp_notif& asked) {
        auto pid = static_cast<pid_t>(asked.pid);
        int number = asked.data.nr;
        if (!has_begun_) { // the launcher's exec
            has_begun_ = true;
            is_armed_ = plan_.after < 0;
            return false;
        }
        if (!is_armed_) {
            is_armed_ = pid == target_ && number == plan_.after;
            return false;
        }
        if (!is_counted(pid) || cannot_fail(asked.data)) return false;
        unsigned long count = ++counts_[static_cast<std::size_t>(number)];
        if (number != plan_.call || count != plan_.occurrence) return false;
        failed_ = std::to_string(pid) + " " + std::string(name_of(number));
        for (auto argument : {asked.data.args[0], asked.data.args[1]}) failed_ += text_at(pid, argument);
        return true;
    }

    bool is_counted(pid_t pid) const {
        return pid == target_ || (executable_of(pid) == executable_of(target_));
    }

    // What only looks at, or sets, a flag of a descriptor that is open.
    static bool cannot_fail(const seccomp_data& call) {
        if (call.nr == SYS_ioctl) return call.args[1] == FIONBIO;
        if (call.nr != SYS_fcntl) return false;
        auto command = static_cast<int>(call.args[1]);
        return command == F_GETFD || command == F_SETFD || command == F_GETFL || command == F_SETFL;
    }

    static ino_t executable_of(pid_t pid) {
        struct stat found {};
        std::string path = "/proc/" + std::to_string(pid) + "/exe";
        return ::stat(path.c_str(), &found) < 0 ? 0 : found.st_ino;
    }

    // The text that the argument points to, if it looks like one.
    static std::string text_at(pid_t pid, std::uint64_t address) {
        std::array<char, 80> bytes{};
        iovec here{bytes.data(), bytes.size() - 1}, there{reinterpret_cast<void*>(address), bytes.size() - 1};
        if (address < 4096) return std::string(" ").append(std::to_string(address));
        if (::process_vm_readv(pid, &here, 1, &there, 1, 0) <= 0) return " ?";
        std::string text(" \"");
        for (char c : bytes) {
            if (c < ' ' || c > '~') break;
            text += c;
        }
        return text += '"';
    }

    plan plan_;
    pid_t target_;
    int listener_;
    bool has_begun_ = false, is_armed_;
    std::array<unsigned long, 600> counts_{};
    std::string failed_;
};

// Nothing of this process tells whose it is: the tests look for what they have started by its environment.
void forget_environment() {
    for (char** each = environ; *each != nullptr; ++each) std::memset(*each, 0, std::strlen(*each));
}

[[noreturn]] void become_server(const plan& what, pid_t target, handshake& shared) {
    forget_environment();
    int null = ::open("/dev/null", O_RDWR);
    for (int fd : {0, 1, 2}) ::dup2(null, fd);
    ::close_range(3, ~0u, 0);
    int process = static_cast<int>(::syscall(SYS_pidfd_open, target, 0));
    __atomic_store_n(&shared.server_is_ready, process < 0 ? -1 : 1, __ATOMIC_RELEASE);
    if (process < 0) std::_Exit(1);
    int number;
    while ((number = __atomic_load_n(&shared.listener, __ATOMIC_ACQUIRE)) == 0) ::usleep(50);
    int listener = number < 0 ? -1 : static_cast<int>(::syscall(SYS_pidfd_getfd, process, number, 0));
    if (listener < 0) std::_Exit(1);
    ::close(process);
    server serving(what, target, listener);
    serving.serve();
    serving.write_report();
    std::_Exit(0);
}

// ---- the launcher

// All calls are asked about, but for those that may not be (rt_sigreturn) and those that are too many and say nothing.
std::vector<sock_filter> make_filter(const plan& what) {
    std::vector<sock_filter> filter;
    auto add = [&](unsigned code, unsigned value, unsigned char yes = 0, unsigned char no = 0) {
        filter.push_back({static_cast<__u16>(code), yes, no, value});
    };
    auto when = [&](int number, unsigned then) {
        add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(number), 0, 1);
        add(BPF_RET | BPF_K, then);
    };
    add(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr));
    if (what.call >= 0) {
        for (int number : {what.call, what.after, static_cast<int>(SYS_execve)})
            if (number >= 0) when(number, SECCOMP_RET_USER_NOTIF);
        add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    } else {
        for (int number : {SYS_rt_sigreturn, SYS_restart_syscall, SYS_exit, SYS_exit_group, SYS_futex})
            when(number, SECCOMP_RET_ALLOW);
        add(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    }
    return filter;
}

[[noreturn]] void launch(const plan& what, char** program) {
    void* memory =
        ::mmap(nullptr, sizeof(handshake), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) die("mmap");
    auto& shared = *static_cast<handshake*>(memory);
    pid_t self = ::getpid(), between = ::fork();
    if (between < 0) die("fork");
    if (between == 0) {
        // The server is no child of PROGRAM: that one would count it among its own.
        ::setsid();
        if (::fork() == 0) become_server(what, self, shared);
        std::_Exit(0);
    }
    ::waitpid(between, nullptr, 0);
    int ready;
    while ((ready = __atomic_load_n(&shared.server_is_ready, __ATOMIC_ACQUIRE)) == 0) ::usleep(50);
    if (ready < 0) die("pidfd_open");

    auto filter = make_filter(what);
    sock_fprog program_of_filter{static_cast<unsigned short>(filter.size()), filter.data()};
    // Its own processes wait for the server without being disturbed by signals.
    unsigned flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
    auto listener =
        static_cast<int>(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program_of_filter));
    // From here on no call but the exec, which waits until the server has the listener.
    __atomic_store_n(&shared.listener, listener, __ATOMIC_RELEASE);
    if (listener < 0) die("seccomp");
    ::execv(program[0], program);
    std::_Exit(121);
}
} // namespace

int main(int argc, char** argv) {
    plan what{};
    for (int option; (option = ::getopt(argc, argv, "+a:")) != -1;) {
        if (option != 'a' || (what.after = number_of(optarg)) < 0) return 100;
    }
    char** words = argv + optind;
    if (argc - optind < 5) {
        std::fputs("usage: syscall_fault [-a CALL] REPORT CALL|count N ERRNO PROGRAM ARGUMENT…\n", stderr);
        return 100;
    }
    what.report = words[0];
    if (std::strcmp(words[1], "count") != 0 && (what.call = number_of(words[1])) < 0) {
        std::fprintf(stderr, "syscall_fault: %s is not in call_names.hpp\n", words[1]);
        return 100;
    }
    what.occurrence = std::strtoul(words[2], nullptr, 10);
    what.error = std::atoi(words[3]);
    launch(what, words + 4);
}
