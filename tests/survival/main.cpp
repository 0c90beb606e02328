// survivor SCRIPT ARGUMENTS…: a service of the survival tests; README.md in this folder tells what scripts say.
#include "chainload/clock.hpp"
#include "chainload/file.hpp"
#include "chainload/number.hpp"
#include "chainload/signals.hpp"
#include "chainload/text.hpp"
#include "tests/survival/evidence.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace {
using namespace reeve;

constexpr int bad_script = 98, no_evidence = 97;

// Up to so many names of other services.
struct names {
    std::array<std::string_view, 24> all{};
    std::size_t count = 0;

    bool add(std::string_view name) {
        if (count == all.size()) return false;
        all[count++] = name;
        return true;
    }
    auto begin() const { return all.begin(); }
    auto end() const { return begin() + static_cast<std::ptrdiff_t>(count); }
};

struct script {
    std::string_view role = "run", copy, daemon, evidence;
    long code = -1, burst = 0, pause_us = 0, live_min = -1, live_max = -1, slow_ms = 0, ready_fd = -1;
    bool notify = false, child = false;
    names dependents, apart;
    std::array<int, 4> stop_on{SIGTERM}, ignored{};
    std::size_t stops = 1, ignores = 0;
};

std::array<char, 2048> script_room;
script told;

std::string_view take_word(std::string_view& line) {
    std::size_t end = std::min(line.find(' '), line.size());
    std::string_view word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return word;
}

bool obey(std::string_view line) {
    std::string_view what = take_word(line), first = take_word(line), second = take_word(line);
    auto number = [](std::string_view word) {
        return static_cast<long>(chainload::parse_number<std::uint32_t>(word).value_or(0));
    };
    auto add_signal = [&](std::array<int, 4>& list, std::size_t& count) {
        auto signal = chainload::parse_signal(first);
        if (!signal || count == list.size()) return false;
        list[count++] = *signal;
        return true;
    };
    if (what == "role") return (told.role = first, true);
    if (what == "copy") return (told.copy = first, true);
    if (what == "daemon") return (told.daemon = first, true);
    if (what == "evidence") return (told.evidence = first, true);
    if (what == "dependent") return told.dependents.add(first);
    if (what == "apart") return told.apart.add(first);
    if (what == "notify") return (told.notify = true);
    if (what == "child") return (told.child = true);
    if (what == "code") return (told.code = number(first), true);
    if (what == "slow") return (told.slow_ms = number(first), true);
    if (what == "ready-fd") return (told.ready_fd = number(first), true);
    if (what == "lines") return (told.burst = number(first), told.pause_us = number(second), true);
    if (what == "live") return (told.live_min = number(first), told.live_max = number(second), true);
    if (what == "stop-on") return add_signal(told.stop_on, told.stops);
    if (what == "ignore") return add_signal(told.ignored, told.ignores);
    return false;
}

bool read_script(const char* path) {
    auto text = chainload::read_whole_at(AT_FDCWD, path, script_room);
    if (!text) return false;
    std::string_view rest = *text;
    bool first = true;
    while (!rest.empty()) {
        std::size_t end = std::min(rest.find('\n'), rest.size());
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (first)
            first = false; // #!
        else if (!line.empty() && !obey(line))
            return false;
    }
    return true;
}

void sleep_ms(long ms) {
    timespec left{ms / 1000, ms % 1000 * 1'000'000};
    while (::nanosleep(&left, &left) < 0 && errno == EINTR) {
    }
}

[[noreturn]] void end(int code) {
    survivor::note_end(code);
    ::_exit(code);
}

// Ends at once, wherever the program is: a write to a full pipe must not keep it.
void asked_to_end(int) {
    survivor::note("asked");
    for (std::string_view other : told.dependents) survivor::must_not_live(other, "is stopped");
    if (told.slow_ms != 0) sleep_ms(told.slow_ms);
    end(0);
}

void heed_signals() {
    struct sigaction how {};
    sigfillset(&how.sa_mask);
    how.sa_handler = asked_to_end;
    for (std::size_t i = 0; i < told.stops; ++i) ::sigaction(told.stop_on[i], &how, nullptr);
    for (std::size_t i = 0; i < told.ignores; ++i) ::signal(told.ignored[i], SIG_IGN);
}

void go_into_background() {
    if (::fork() != 0) ::_exit(0);
    ::setsid();
    if (::fork() != 0) ::_exit(0);
}

// It shares the token: as long as it lives there is an instance of the service.
void leave_child() {
    ::signal(SIGCHLD, SIG_IGN);
    if (::fork() != 0) return;
    for (std::size_t i = 0; i < told.stops; ++i) ::signal(told.stop_on[i], SIG_DFL);
    if (!survivor::note_start("child")) ::_exit(no_evidence);
    for (;;) ::pause();
}

void write_pid() {
    chainload::text_buffer<64> path(told.daemon), fresh(told.daemon, ".new"), text(::getpid(), '\n');
    (void)chainload::replace_file(AT_FDCWD, path.c_str(), fresh.c_str(), text.view(), 0644);
}

void say_ready() {
    const char* path = ::getenv("NOTIFY_SOCKET");
    if (path == nullptr) return;
    sockaddr_un where{};
    where.sun_family = AF_UNIX;
    std::strncpy(where.sun_path, path, sizeof where.sun_path - 1);
    auto length = static_cast<socklen_t>(sizeof where.sun_family + std::strlen(where.sun_path));
    if (where.sun_path[0] == '@') where.sun_path[0] = '\0';
    int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    constexpr std::string_view text = "READY=1";
    (void)::sendto(fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                   reinterpret_cast<sockaddr*>(&where), length);
    ::close(fd);
}

[[noreturn]] void write_lines() {
    auto* count = survivor::open_count();
    if (count == nullptr) ::_exit(no_evidence);
    for (std::uint64_t number = 1;;) {
        for (long i = 0; i < told.burst; ++i, ++number) {
            chainload::text_buffer<128> line(survivor::run_id(), ' ', number, '\n');
            // A line is shorter than PIPE_BUF: it is written whole or not at all.
            while (::write(STDOUT_FILENO, line.view().data(), line.view().size()) < 0)
                if (errno != EINTR) end(96);
            *count = number;
        }
        ::usleep(static_cast<useconds_t>(told.pause_us));
    }
}

[[noreturn]] void copy_lines() {
    chainload::text_buffer<64> path(told.copy);
    auto file = chainload::open_at(AT_FDCWD, path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (!file) ::_exit(no_evidence);
    static std::array<char, 65536> buffer;
    for (;;) {
        ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) end(0);
        if (told.slow_ms != 0) sleep_ms(told.slow_ms);
        if (!chainload::write_all(file->get(), std::span(buffer).first(static_cast<std::size_t>(got))))
            end(95);
    }
}

// Waits until the time to live is over, or for ever.
[[noreturn]] void live() {
    long ms = -1;
    if (told.live_max >= 0) {
        timespec now = chainload::read_clock(CLOCK_MONOTONIC);
        ms = told.live_min + now.tv_nsec / 1000 % (told.live_max - told.live_min + 1);
    }
    constexpr long between_words = 100;
    for (std::int64_t began = chainload::monotonic_ms();;) {
        if (told.notify) say_ready();
        std::int64_t left = ms < 0 ? 3'600'000 : began + ms - chainload::monotonic_ms();
        if (left <= 0) end(static_cast<int>(told.code >= 0 ? told.code : ::getpid() % 90));
        sleep_ms(told.notify ? std::min<std::int64_t>(left, between_words) : left);
    }
}
} // namespace

int main(int argc, char** argv) {
    if (argc < 2 || !read_script(argv[1])) {
        constexpr std::string_view text = "survivor: bad script\n";
        (void)!::write(STDERR_FILENO, text.data(), text.size());
        return bad_script;
    }
    if (!told.evidence.empty() &&
        !survivor::keep_evidence_in(chainload::text_buffer<256>(told.evidence).c_str()))
        return no_evidence;
    if (!survivor::take_token(told.role)) return no_evidence;
    // Whatever is in the journal has its signals in place.
    heed_signals();
    if (!survivor::note_start(told.role)) return no_evidence;
    for (std::string_view other : told.apart) survivor::must_not_live(other, "starts");
    if (!told.daemon.empty()) {
        go_into_background();
        if (!survivor::note_start("daemon")) return no_evidence;
        write_pid();
    }
    if (told.child) leave_child();
    if (told.ready_fd >= 0 || told.notify) survivor::note("ready");
    if (told.ready_fd >= 0) {
        (void)!::write(static_cast<int>(told.ready_fd), "\n", 1);
        ::close(static_cast<int>(told.ready_fd));
    }
    if (!told.copy.empty()) copy_lines();
    if (told.burst > 0) write_lines();
    live();
}
