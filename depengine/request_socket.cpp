#include "depengine/request_socket.hpp"

#include "chainload/text.hpp"
#include "depengine/log.hpp"

#include <array>
#include <cerrno>
#include <exception>
#include <fcntl.h>
#include <new>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace reeve::depengine {

namespace {
constexpr std::size_t most_clients = 64;
constexpr std::size_t most_unread = 256 * 1024; // bytes of droppable lines that wait for a client
constexpr int backlog = 128;

// A socket's address must be short; through the descriptor it is, wherever the directory lies.
sockaddr_un address_in(int directory, const char* name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    chainload::text_buffer<sizeof address.sun_path> path("/proc/self/fd/", directory, '/', name);
    std::memcpy(address.sun_path, path.c_str(), path.view().size());
    return address;
}

// An error line, without taking memory.
using error_line = chainload::text_buffer<1024>;
error_line error_with(std::string_view text) {
    error_line line(R"({"v":1,"type":"error","text":")");
    for (char c : text.substr(0, 900)) {
        if (c == '"' || c == '\\') line.add('\\');
        line.add(static_cast<unsigned char>(c) < ' ' ? ' ' : c);
    }
    return line.add("\"}");
}
} // namespace

std::string peer::text() const {
    return "uid " + std::to_string(user) + ", pid " + std::to_string(pid);
}

request_socket::~request_socket() {
    while (!sessions_.empty()) drop(sessions_.begin()->first);
    if (listening_) loop_.remove(listening_.get());
}

chainload::result<void> request_socket::open(int directory, std::optional<gid_t> group) {
    chainload::unique_fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd) return chainload::failed("create a socket");
    // Made aside and moved, so that the name always leads to one that listens.
    constexpr char name[] = "socket", on_its_way[] = "socket.new";
    ::unlinkat(directory, on_its_way, 0);
    sockaddr_un address = address_in(directory, on_its_way);
    mode_t mask = ::umask(0177);
    int bound = ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ::umask(mask);
    if (bound < 0) return chainload::failed("create .depengine/socket");
    if (group && ::fchownat(directory, on_its_way, static_cast<uid_t>(-1), *group, AT_SYMLINK_NOFOLLOW) < 0)
        return chainload::failed("give .depengine/socket to the group");
    if (group && ::fchmodat(directory, on_its_way, 0660, 0) < 0)
        return chainload::failed("set the mode of .depengine/socket");
    if (::listen(fd.get(), backlog) < 0) return chainload::failed("listen at .depengine/socket");
    if (::renameat(directory, on_its_way, directory, name) < 0)
        return chainload::failed("rename .depengine/socket");
    listening_ = std::move(fd);
    if (!loop_.add(listening_.get())) return chainload::failure{ENOMEM, "listen at .depengine/socket"};
    loop_.when(listening_.get(), event::readable, [this] { accept(); });
    return {};
}

request_socket::session* request_socket::find(client who) {
    auto found = sessions_.find(who);
    return found == sessions_.end() ? nullptr : found->second.get();
}

template <class Work>
void request_socket::guarded(client who, Work&& work) {
    try {
        work();
    } catch (const std::exception& trouble) {
        say(severity::warning, "a client is dropped for lack of memory");
        if (session* it = find(who)) {
            auto line = error_with(trouble.what());
            (void)!::send(it->fd.get(), line.add('\n').c_str(), line.view().size(), MSG_NOSIGNAL);
        }
        drop(who);
    }
}

void request_socket::accept() {
    for (;;) {
        chainload::unique_fd fd(::accept4(listening_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!fd) break;
        client number = ++last_;
        try {
            welcome(number, std::move(fd));
        } catch (const std::bad_alloc&) {
            say(severity::warning, "a client is turned away for lack of memory");
            drop(number); // half of it may be there
        }
    }
    // Out of descriptors: who waits stays in the queue until a client has gone (drop).
    if (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR || sessions_.empty())
        loop_.when(listening_.get(), event::readable, [this] { accept(); });
    else
        say(severity::warning, unable(chainload::failed("accept a client")));
}

void request_socket::welcome(client number, chainload::unique_fd fd) {
    if (sessions_.size() >= most_clients) {
        auto line = error_with("64 clients are connected already");
        (void)!::send(fd.get(), line.add('\n').c_str(), line.view().size(), MSG_NOSIGNAL);
        return;
    }
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(fd.get(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0) return;
    auto made = std::make_unique<session>();
    made->who = {credentials.pid, credentials.uid};
    made->fd = std::move(fd);
    int raw = made->fd.get();
    sessions_.emplace(number, std::move(made));
    if (!loop_.add(raw)) return drop(number);
    loop_.when(raw, event::readable, [this, number] { read(number); });
}

void request_socket::read(client who) {
    guarded(who, [&] {
        session& it = *find(who);
        std::array<char, 16384> buffer;
        std::size_t room = longest_line - it.in.size();
        ssize_t got = ::recv(it.fd.get(), buffer.data(), std::min(room, buffer.size()), 0);
        if (got < 0 && errno != EAGAIN && errno != EINTR) return drop(who);
        if (got == 0) it.input_ended = true;
        if (got > 0) it.in.append(buffer.data(), static_cast<std::size_t>(got));
        next_line(who);
    });
}

// Serves the next request if it is there, and waits for more of it if not.
void request_socket::next_line(client who) {
    for (session* it = find(who); it != nullptr && !it->closing; it = find(who)) {
        bool waits = it->busy || !it->out.empty(); // one request at a time, and its answer first
        std::size_t end = waits ? std::string::npos : it->in.find('\n');
        if (end != std::string::npos) {
            std::string line = it->in.substr(0, end);
            it->in.erase(0, end + 1);
            auto parsed = parse_message(line);
            if (auto* text = std::get_if<std::string>(&parsed)) return complain(who, *text);
            it->busy = true;
            tell_.ask(who, it->who, std::get<message>(parsed));
            continue;
        }
        if (!waits && it->in.size() >= longest_line)
            return complain(who, "the line is longer than 65536 bytes");
        if (it->input_ended) {
            if (!waits && !it->in.empty()) return complain(who, "the line has no end");
            if (!waits) return drop(who);
            // It still gets its answers, unless it is gone altogether.
            pollfd state{it->fd.get(), 0, 0};
            if (::poll(&state, 1, 0) == 1 && (state.revents & (POLLHUP | POLLERR)) != 0) return drop(who);
            loop_.when(it->fd.get(), event::closed, [this, who] { drop(who); });
        } else if (it->in.size() < longest_line) {
            loop_.when(it->fd.get(), event::readable, [this, who] { read(who); });
        } else {
            loop_.when(it->fd.get(), event::closed, [this, who] { drop(who); });
        }
        return;
    }
}

void request_socket::complain(client who, std::string_view text) {
    send(who, error_with(text).view(), false);
    end(who);
}

void request_socket::send(client to, std::string_view line, bool droppable) {
    session* it = find(to);
    if (it == nullptr || it->closing) return;
    if (droppable && it->out.size() - it->sent + line.size() > most_unread) {
        say(severity::warning, "a client is dropped: it does not read what it asked for");
        return drop(to);
    }
    try {
        (it->out += line) += '\n';
    } catch (const std::bad_alloc&) {
        say(severity::warning, "a client is dropped for lack of memory");
        return drop(to);
    }
    if (!it->writing) write(to);
}

void request_socket::write(client who) {
    session* it = find(who);
    if (it == nullptr) return;
    it->writing = false;
    while (it->sent < it->out.size()) {
        ssize_t put = ::send(it->fd.get(), it->out.data() + it->sent, it->out.size() - it->sent,
                             MSG_NOSIGNAL | MSG_DONTWAIT);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0 && errno == EAGAIN) {
            it->writing = true;
            if (it->sent > most_unread) {
                it->out.erase(0, it->sent);
                it->sent = 0;
            }
            loop_.when(it->fd.get(), event::writable, [this, who] { go_on(who); });
            return;
        }
        if (put < 0) return drop(who);
        it->sent += static_cast<std::size_t>(put);
    }
    it->out = {}; // a large answer does not keep its memory
    it->sent = 0;
    if (it->closing) drop(who);
}

// It can be written to again, or its request is answered: what is left goes out, then the next request is served.
void request_socket::go_on(client who) {
    write(who);
    session* it = find(who);
    if (it != nullptr && !it->busy && it->out.empty()) guarded(who, [&] { next_line(who); });
}

void request_socket::answered(client who) {
    session* it = find(who);
    if (it == nullptr || !it->busy) return;
    it->busy = false;
    // From the loop, not from here: who calls this may be in the middle of serving it.
    if (!it->closing) loop_.when(it->fd.get(), event::writable, [this, who] { go_on(who); });
}

void request_socket::end(client who) {
    session* it = find(who);
    if (it == nullptr) return;
    it->closing = true;
    if (it->out.empty()) drop(who);
}

void request_socket::drop(client who) {
    auto found = sessions_.find(who);
    if (found == sessions_.end()) return;
    loop_.remove(found->second->fd.get());
    auto kept = std::move(found->second);
    sessions_.erase(found);
    tell_.gone(who);
    if (listening_) loop_.when(listening_.get(), event::readable, [this] { accept(); });
}

} // namespace reeve::depengine
