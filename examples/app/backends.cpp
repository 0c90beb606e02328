#include "examples/app/backends.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <charconv>
#include <chrono>

namespace visit_counter {

namespace {
// Sends `request` and reads lines as long as `take` wants more.
template <class Take>
void ask(const std::string& port, std::string_view request, Take take) {
    boost::asio::ip::tcp::iostream server;
    server.expires_after(std::chrono::seconds(1));
    server.connect("127.0.0.1", port);
    server << request << std::flush;
    std::string line;
    while (std::getline(server, line)) {
        if (line.ends_with('\r')) line.pop_back();
        if (!take(line)) return;
    }
}
} // namespace

bool visits::there() const {
    bool pong = false;
    ask(port_, "PING\r\n", [&](const std::string& line) {
        pong = line == "+PONG";
        return false;
    });
    return pong;
}

std::optional<std::uint64_t> visits::count_one() const {
    std::optional<std::uint64_t> count;
    ask(port_, "INCR visits\r\n", [&](const std::string& line) {
        std::uint64_t number = 0; // ":17"; an error is "-TEXT"
        const char* end = line.data() + line.size();
        if (line.starts_with(':') && std::from_chars(line.data() + 1, end, number).ptr == end) count = number;
        return false;
    });
    return count;
}

std::optional<std::string> cache::get(std::string_view key) const {
    std::optional<std::string> found;
    bool value_follows = false;
    ask(port_, "get " + std::string(key) + "\r\n", [&](const std::string& line) {
        if (value_follows) found = line; // what is kept here is one line
        bool more = !value_follows && line.starts_with("VALUE ");
        value_follows = more;
        return more; // the alternative is "END"
    });
    return found;
}

void cache::keep(std::string_view key, std::string_view text) const {
    std::string request = "set " + std::string(key) + " 0 60 " + std::to_string(text.size()) + "\r\n";
    request.append(text).append("\r\n");
    ask(port_, request, [](const std::string&) { return false; });
}

} // namespace visit_counter
