#include "chainload/helpers/sockets/readiness_probe.hpp"

#include "chainload/clock.hpp"
#include "chainload/exec_search.hpp"
#include "chainload/helpers/block.hpp"
#include "chainload/helpers/block_program.hpp"
#include "chainload/spawn.hpp"

#include <algorithm>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace reeve::chainload {

namespace {
constexpr std::int64_t first_pause_ms = 100, longest_pause_ms = 1000;
constexpr std::int64_t longest_connect_ms = 5000;

// A connect to a local port that nobody listens on can meet itself, if the kernel happens to give its end that very port.
bool meets_itself(int fd) {
    inet_address near, far;
    return ::getsockname(fd, &near.any, &near.size) == 0 && ::getpeername(fd, &far.any, &far.size) == 0 &&
           near.port() == far.port() && near.ip() == far.ip();
}
} // namespace

std::optional<next> readiness_probe::read(char** words, process& self) {
    if (words[0] == nullptr) return self.wrong_usage();
    std::string_view kind(words[0]);
    if (kind == "port") return read_port(words + 1, self);
    if (kind == "path") return read_path(words + 1, self);
    return read_command(words, self);
}

std::optional<next> readiness_probe::read_port(char** words, process& self) {
    if (words[0] == nullptr || words[1] == nullptr) return self.wrong_usage();
    auto port = parse_port(words[1], "tcp");
    if (!port || *port == 0) return self.fatal("no port of tcp: ", words[1]);
    address_ = parse_inet_address(words[0], *port);
    if (!address_) return self.fatal("not an IP address: ", words[0]);
    rest_ = words + 2;
    return std::nullopt;
}

std::optional<next> readiness_probe::read_path(char** words, process& self) {
    if (words[0] == nullptr) return self.wrong_usage();
    path_ = words[0];
    rest_ = words + 1;
    return std::nullopt;
}

std::optional<next> readiness_probe::read_command(char** words, process& self) {
    auto command = read_block(words);
    if (!command || command->command[0] == nullptr)
        return self.wrong_usage(
            "notify-when: when is port HOST PORT, path PATH, line TEXT or { COMMAND ... }\n");
    if (int error = why_not_runnable(command->command[0], self.variables.get("PATH")); error != 0)
        return self.unable(error, "run ", command->command[0]);
    command_ = command->command;
    environment_ = self.variables.list();
    rest_ = command->rest;
    return std::nullopt;
}

bool readiness_probe::await(const program_watcher& watcher, std::int64_t deadline_ms) {
    for (std::int64_t pause = first_pause_ms;; pause = std::min(2 * pause, longest_pause_ms)) {
        if (ask(watcher, deadline_ms)) return true;
        auto stop = std::min(deadline_ms, deadline_after(pause));
        if (watcher.await(stop) == event::program_ended || monotonic_ms() >= deadline_ms) return false;
    }
}

bool readiness_probe::ask(const program_watcher& watcher, std::int64_t deadline_ms) const {
    if (address_) return connects(watcher, std::min(deadline_ms, deadline_after(longest_connect_ms)));
    if (path_ != nullptr) return ::faccessat(AT_FDCWD, path_, F_OK, 0) == 0;
    return succeeds(watcher, deadline_ms);
}

bool readiness_probe::connects(const program_watcher& watcher, std::int64_t deadline_ms) const {
    unique_fd fd(::socket(address_->family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) return false;
    if (::connect(fd.get(), &address_->any, address_->size) < 0) {
        if (errno != EINPROGRESS || watcher.await(deadline_ms, fd.get(), POLLOUT) != event::ready)
            return false;
        int error = 0;
        socklen_t size = sizeof error;
        if (::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size) < 0 || error != 0) return false;
    }
    return !meets_itself(fd.get());
}

bool readiness_probe::succeeds(const program_watcher& watcher, std::int64_t deadline_ms) const {
    auto child = spawn_child([&]() -> failure {
        ::setpgid(0, 0);
        ::sigprocmask(SIG_SETMASK, &watcher.mask_before(), nullptr);
        return exec_program(command_, environment_);
    });
    if (!child) return false;
    unique_fd ended(static_cast<int>(::syscall(SYS_pidfd_open, *child, 0)));
    // A command that hangs is not to outlive the program that it asks about.
    if (!ended || watcher.await(deadline_ms, ended.get(), POLLIN) != event::ready) ::kill(-*child, SIGKILL);
    int status = -1;
    while (::waitpid(*child, &status, 0) < 0 && errno == EINTR) {
    }
    return status == 0;
}

} // namespace reeve::chainload
