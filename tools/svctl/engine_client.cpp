#include "tools/svctl/engine_client.hpp"

#include "chainload/clock.hpp"
#include "chainload/error_text.hpp"
#include "tools/svctl/display_width.hpp"
#include "tools/svctl/exit_code.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace reeve::svctl {

namespace json = boost::json;

namespace {
constexpr const char* socket_name = ".depengine/socket";

// Through the directory's descriptor: a path may be longer than an address takes.
chainload::unique_fd connect_below(int directory, int& error) {
    chainload::unique_fd made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::string path = "/proc/self/fd/" + std::to_string(directory) + "/" + socket_name;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    if (!made || ::connect(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0) {
        error = errno;
        made.reset();
    }
    return made;
}

// An engine of another user may say anything, and much of it is shown.
void make_showable(json::value& one) {
    if (one.is_string()) {
        json::string& text = one.get_string();
        if (std::any_of(text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }))
            text = safe_to_show(text);
    } else if (one.is_array()) {
        for (json::value& part : one.get_array()) make_showable(part);
    } else if (one.is_object()) {
        for (auto& member : one.get_object()) make_showable(member.value());
    }
}

// An empty .depengine in a scan directory that cannot be written says that there is an engine; its socket is aside.
chainload::unique_fd connect_in(const scan_directory& tree, int& error) {
    auto made = connect_below(tree.fd(), error);
    int there = 0;
    if (!made && tree.state_fd() >= 0) made = connect_below(tree.state_fd(), there);
    if (!made && there != 0 && there != ENOENT) error = there;
    return made;
}

verb_error no_engine(const scan_directory& tree, int error) {
    bool aside = tree.state_fd() >= 0 && is_directory(tree.state_fd(), ".depengine");
    if (!aside && !is_directory(tree.fd(), ".depengine"))
        return {exit_code::system_error, "the tree in " + tree.path() + " has no engine",
                "svctl init --force " + tree.path() + " adds one; svc and svstat work without"};
    if (error == ECONNREFUSED || error == ENOENT)
        return {exit_code::system_error, "the engine of " + tree.path() + " does not run",
                "is it a service there, and does svscan run? svctl -C " + tree.path() + " status"};
    return system_failure("connect to the engine of", tree.path(), error);
}
} // namespace

json::object parse_answer(std::string_view line) {
    std::error_code wrong;
    json::value parsed = json::parse(line, wrong);
    if (wrong || !parsed.is_object())
        throw verb_error(exit_code::system_error, "the engine says what is no JSON object");
    make_showable(parsed);
    json::object said = std::move(parsed.as_object());
    if (text_field(said, "type") == "error")
        throw verb_error(exit_code::failed, "the engine: " + text_field(said, "text"));
    return said;
}

engine_client::engine_client(const scan_directory& tree) {
    int error = 0;
    socket_ = connect_in(tree, error);
    if (!socket_) throw no_engine(tree, error);
}

std::optional<engine_client> engine_client::find(const scan_directory& tree) {
    int error = 0;
    auto made = connect_in(tree, error);
    if (!made) return std::nullopt;
    return engine_client(std::move(made));
}

pid_t engine_client::peer() const {
    ucred other{};
    socklen_t size = sizeof other;
    return ::getsockopt(socket_.get(), SOL_SOCKET, SO_PEERCRED, &other, &size) == 0 ? other.pid : 0;
}

void engine_client::send(json::object request) {
    request["v"] = 1;
    std::string line = json::serialize(request) + "\n";
    for (std::string_view rest = line; !rest.empty();) {
        ssize_t sent = ::send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && errno == EPIPE) return; // it has closed: what it said before is still to be read
        if (sent < 0) throw system_failure("write to", "the engine", errno);
        rest.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::optional<json::object> engine_client::receive(std::int64_t deadline_ms) {
    for (;;) {
        if (std::size_t end = kept_.find('\n'); end != std::string::npos) {
            std::string line = kept_.substr(0, end);
            kept_.erase(0, end + 1);
            return parse_answer(line);
        }
        if (deadline_ms >= 0) {
            std::int64_t left = std::max<std::int64_t>(deadline_ms - chainload::monotonic_ms(), 0);
            pollfd one{socket_.get(), POLLIN, 0};
            int ready = ::poll(&one, 1, static_cast<int>(std::min<std::int64_t>(left, 1'000'000)));
            if (ready == 0 && chainload::monotonic_ms() >= deadline_ms)
                throw verb_error(exit_code::timeout, "the engine does not answer in time");
            if (ready <= 0) continue;
        }
        std::array<char, 65536> buffer;
        ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno != ECONNRESET) throw system_failure("read from", "the engine", errno);
        if (got <= 0) return std::nullopt;
        kept_.append(buffer.data(), static_cast<std::size_t>(got));
    }
}

json::object engine_client::ask(json::object request, std::string_view type) {
    send(std::move(request));
    auto answer = receive();
    if (!answer) throw verb_error(exit_code::failed, "the engine has closed the connection");
    std::string got = text_field(*answer, "type");
    if (got == type) return std::move(*answer);
    require_not_refused(*answer);
    throw verb_error(exit_code::system_error,
                     "the engine answers with \"" + got + "\" instead of \"" + std::string(type) + "\"");
}

void require_not_refused(const json::object& result) {
    std::string reasons;
    for (const json::value& one : list_field(result, "refusals"))
        if (one.is_string())
            reasons +=
                (reasons.empty() ? "refused: " : "; ") + safe_to_show(std::string_view(one.as_string()));
    if (!reasons.empty()) throw verb_error(exit_code::refused, reasons);
}

std::string text_field(const json::object& from, std::string_view name) {
    const json::value* found = from.if_contains(name);
    return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

std::int64_t number_field(const json::object& from, std::string_view name) {
    const json::value* found = from.if_contains(name);
    if (found == nullptr) return 0;
    if (found->is_int64()) return found->as_int64();
    if (found->is_uint64()) return static_cast<std::int64_t>(found->as_uint64());
    constexpr double most = 9e18; // of a larger one the conversion means nothing
    bool fits = found->is_double() && found->as_double() > -most && found->as_double() < most;
    return fits ? static_cast<std::int64_t>(found->as_double()) : 0;
}

bool flag_field(const json::object& from, std::string_view name) {
    const json::value* found = from.if_contains(name);
    return found != nullptr && found->is_bool() && found->as_bool();
}

const json::array& list_field(const json::object& from, std::string_view name) {
    static const json::array none;
    const json::value* found = from.if_contains(name);
    return found != nullptr && found->is_array() ? found->as_array() : none;
}

const json::object& object_field(const json::object& from, std::string_view name) {
    static const json::object none;
    const json::value* found = from.if_contains(name);
    return found != nullptr && found->is_object() ? found->as_object() : none;
}

} // namespace reeve::svctl
