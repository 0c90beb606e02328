#include "tests/recorder/actions.hpp"

#include "chainload/number.hpp"
#include "chainload/signals.hpp"
#include "chainload/text.hpp"
#include "tests/recorder/events.hpp"
#include "tests/recorder/waiting.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace reeve::recorder {

namespace {
using words = const line&;

char** started_with = nullptr;
int started_with_count = 0;

unsigned number(const char* text) {
    return chainload::parse_number<unsigned>(text).value_or(0);
}

outcome mark(words w) {
    return record("mark", w.rest), outcome::go_on;
}

outcome arguments(words) {
    chainload::text_buffer<1024> all;
    for (int i = 1; i < started_with_count; ++i) all.add(i > 1 ? " " : "").add(started_with[i]);
    record("arguments", all.view());
    return outcome::go_on;
}

outcome environment(words w) {
    const char* value = ::getenv(w.words[1]);
    chainload::text_buffer<1024> text(w.words[1], value == nullptr ? " unset" : "=",
                                      value == nullptr ? "" : value);
    record("environment", text.view());
    return outcome::go_on;
}

// `process`: "ppid pgid sid".
outcome process(words) {
    chainload::text_buffer<64> ids(::getppid(), ' ', ::getpgid(0), ' ', ::getsid(0));
    record("process", ids.view());
    return outcome::go_on;
}

outcome where(words) {
    char path[1024];
    record("where", ::getcwd(path, sizeof path) != nullptr ? path : "?");
    return outcome::go_on;
}

// `descriptors`: the open ones below 200, and what each is.
outcome descriptors(words) {
    chainload::text_buffer<2048> all;
    for (int fd = 0; fd < 200; ++fd) {
        chainload::text_buffer<32> name("/proc/self/fd/", fd);
        char target[256];
        ssize_t size = ::readlink(name.c_str(), target, sizeof target);
        if (size > 0)
            all.add(fd).add('=').add(std::string_view(target, static_cast<std::size_t>(size))).add(' ');
    }
    record("descriptors", all.view());
    return outcome::go_on;
}

// `status FIELD`: that line of /proc/self/status.
outcome status(words w) {
    char text[8192];
    int fd = ::open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    ssize_t got = ::read(fd, text, sizeof text - 1);
    ::close(fd);
    std::string_view all(text, got > 0 ? static_cast<std::size_t>(got) : 0);
    chainload::text_buffer<64> key("\n", w.words[1], ":\t");
    std::size_t at = all.find(key.view());
    if (at == std::string_view::npos) return outcome::bad;
    at += key.view().size();
    record("status", w.words[1], all.substr(at, all.find('\n', at) - at));
    return outcome::go_on;
}

outcome sleep_for(words w) {
    return wait_ms(number(w.words[1])), outcome::go_on;
}

outcome wait(words) {
    return wait_ms(-1), outcome::go_on;
}

// `await FILE`: until it is there.
outcome await(words w) {
    while (::access(w.words[1], F_OK) != 0) wait_ms(2);
    return outcome::go_on;
}

outcome touch(words w) {
    ::close(::open(w.words[1], O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    return outcome::go_on;
}

// `pidfile FILE`: our pid and a newline.
outcome pidfile(words w) {
    chainload::text_buffer<32> text(::getpid(), '\n');
    int fd = ::open(w.words[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    bool written = ::write(fd, text.view().data(), text.view().size()) > 0;
    ::close(fd);
    return written ? outcome::go_on : outcome::bad;
}

outcome on(words w) {
    int code = w.count > 3 ? static_cast<int>(number(w.words[3])) : 0;
    return on_signal(w.words[1], w.words[2], code) ? outcome::go_on : outcome::bad;
}

outcome leave(words w) {
    record("exit", w.words[1]);
    ::_exit(static_cast<int>(number(w.words[1])));
}

outcome kill_self(words w) {
    record("kill", w.words[1]);
    ::kill(::getpid(), chainload::parse_signal(w.words[1]).value_or(SIGKILL));
    return wait_ms(-1), outcome::go_on;
}

// `write FD TEXT`: TEXT and a newline.
outcome write_text(words w) {
    chainload::text_buffer<1024> text(w.count > 2 ? std::strstr(w.rest, w.words[2]) : "", "\n");
    int fd = static_cast<int>(number(w.words[1]));
    return ::write(fd, text.view().data(), text.view().size()) > 0 ? outcome::go_on : outcome::bad;
}

outcome close_fd(words w) {
    return ::close(static_cast<int>(number(w.words[1]))), outcome::go_on;
}

outcome new_session(words) {
    return ::setsid(), outcome::go_on;
}

outcome if_exists(words w) {
    return ::access(w.words[1], F_OK) == 0 ? outcome::go_on : outcome::skip_next;
}
outcome unless_exists(words w) {
    return ::access(w.words[1], F_OK) != 0 ? outcome::go_on : outcome::skip_next;
}

// `storm COUNT MS`: so many short-lived double forks, each grandchild living MS in its own session.
outcome storm(words w) {
    for (unsigned i = 0; i < number(w.words[1]); ++i) {
        pid_t child = ::fork();
        if (child == 0) {
            ::setsid();
            if (::fork() == 0) wait_ms(number(w.words[2]));
            ::_exit(0);
        }
        if (child < 0) wait_ms(1); // a limit on processes: some end soon
        ::waitpid(child, nullptr, 0);
    }
    record("storm", w.words[1]);
    return outcome::go_on;
}

// Sends `text` to $NOTIFY_SOCKET, with `fd` attached unless it is -1.
bool send_notice(std::string_view text, int fd) {
    const char* path = ::getenv("NOTIFY_SOCKET");
    if (path == nullptr) return false;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(path));
    if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
    iovec part{const_cast<char*>(text.data()), text.size()};
    msghdr message{};
    message.msg_name = &address;
    message.msg_namelen = size;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    if (fd >= 0) {
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }
    int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool sent = ::sendmsg(socket, &message, MSG_NOSIGNAL) >= 0;
    ::close(socket);
    return sent;
}

// "\n" in a script's text is a newline, "$PID" our pid.
chainload::text_buffer<2048> unescape(std::string_view text) {
    chainload::text_buffer<2048> out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.substr(i).starts_with("\\n")) {
            out.add('\n');
            ++i;
        } else if (text.substr(i).starts_with("$PID")) {
            out.add(::getpid());
            i += 3;
        } else {
            out.add(text[i]);
        }
    }
    return out;
}

outcome notify(words w) {
    if (!send_notice(unescape(w.rest).view(), -1)) record("notify-failed", std::strerror(errno));
    return outcome::go_on;
}

// `notify-file FILE TEXT`: TEXT with a descriptor of FILE attached (created if absent).
outcome notify_file(words w) {
    int fd = ::open(w.words[1], O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (!send_notice(unescape(std::strstr(w.rest, w.words[2])).view(), fd))
        record("notify-failed", std::strerror(errno));
    ::close(fd);
    return outcome::go_on;
}

// sd_notify's BARRIER=1: all that was sent before has been read when the pipe's write end is closed.
outcome barrier(words) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return outcome::bad;
    bool sent = send_notice("BARRIER=1", ends[1]);
    ::close(ends[1]);
    pollfd wait{ends[0], 0, 0};
    record("barrier", sent && ::poll(&wait, 1, 5000) == 1 ? "passed" : "lost");
    ::close(ends[0]);
    return outcome::go_on;
}

struct action {
    std::string_view name;
    std::size_t least_words;
    outcome (*function)(words);
};
constexpr action actions[] = {
    {"mark", 1, mark},
    {"arguments", 1, arguments},
    {"environment", 2, environment},
    {"process", 1, process},
    {"where", 1, where},
    {"descriptors", 1, descriptors},
    {"status", 2, status},
    {"sleep", 2, sleep_for},
    {"wait", 1, wait},
    {"await", 2, await},
    {"touch", 2, touch},
    {"pidfile", 2, pidfile},
    {"on", 3, on},
    {"exit", 2, leave},
    {"kill-self", 2, kill_self},
    {"write", 2, write_text},
    {"close", 2, close_fd},
    {"new-session", 1, new_session},
    {"if-exists", 2, if_exists},
    {"unless-exists", 2, unless_exists},
    {"storm", 3, storm},
    {"notify", 2, notify},
    {"notify-file", 3, notify_file},
    {"barrier", 1, barrier},
};
} // namespace

void remember_arguments(int count, char** all) {
    started_with_count = count;
    started_with = all;
}

outcome act(const line& entry) {
    for (const action& known : actions)
        if (known.name == entry.words[0])
            return entry.count < known.least_words ? outcome::bad : known.function(entry);
    return outcome::bad;
}

} // namespace reeve::recorder
