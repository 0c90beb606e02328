// visit-counter: the application of the example tree. It answers HTTP on a loopback port, for nginx in front of it.
//
// The page has lines "NAME VALUE": how many visits redis has counted, the number of this request and the pid of this
// process, and a number that takes work, which is kept in memcached. One line about each request goes to standard
// output, numbered from 1 on, so that its log shows whether any line is missing.
//
// Its settings are environment variables: APP_PORT, REDIS_PORT, MEMCACHED_PORT; and READY_FD, the descriptor that is
// to get a newline when it is ready, that is, when it listens and redis answers.
#include "examples/app/backends.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <unistd.h>
#include <vector>

namespace visit_counter {
namespace {
using boost::asio::ip::tcp;

std::string setting(const char* name) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') throw std::runtime_error(std::string(name) + " is not set");
    return value;
}

// A port, or a descriptor.
int number_setting(const char* name) {
    int number = std::atoi(setting(name).c_str());
    if (number <= 0 || number > 65535) throw std::runtime_error(std::string(name) + " is no number of use");
    return number;
}

// The work that is worth keeping.
std::size_t count_primes_below(std::size_t limit) {
    std::vector<bool> composite(limit);
    std::size_t count = 0;
    for (std::size_t i = 2; i < limit; ++i) {
        if (composite[i]) continue;
        ++count;
        for (std::size_t multiple = i * i; multiple < limit; multiple += i) composite[multiple] = true;
    }
    return count;
}

class application {
public:
    application()
        : visits_(setting("REDIS_PORT"))
        , cache_(setting("MEMCACHED_PORT"))
        , acceptor_(context_, tcp::endpoint(boost::asio::ip::address_v4::loopback(),
                                            static_cast<unsigned short>(number_setting("APP_PORT")))) {}

    // There is no order among services yet, so redis may still be on its way.
    void await_redis() const {
        while (!visits_.there()) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }

    [[noreturn]] void serve() {
        for (;;) {
            tcp::iostream client;
            acceptor_.accept(client.socket());
            client.expires_after(std::chrono::seconds(5)); // a silent client must not keep the others waiting
            answer(client);
        }
    }

private:
    void answer(tcp::iostream& client) {
        char line[4096];
        if (!client.getline(line, sizeof line)) return;
        std::string request(line);
        while (client.getline(line, sizeof line) && std::string_view(line) != "\r") {
        } // the header fields
        if (!client) return;
        if (request.starts_with("GET / "))
            send_page(client);
        else
            send(client, "404 Not Found", "there is only one page: /\n");
    }

    void send_page(tcp::iostream& client) {
        auto count = visits_.count_one();
        if (!count) {
            std::cout << "redis does not answer" << std::endl;
            return send(client, "503 Service Unavailable", "redis does not answer\n");
        }
        auto kept = cache_.get("primes");
        std::string primes = kept ? *kept : std::to_string(count_primes_below(1'000'000));
        if (!kept) cache_.keep("primes", primes);

        ++requests_;
        // Written before the answer: who has seen the answer finds the line in the log.
        std::cout << "pid " << ::getpid() << " request " << requests_ << " visits " << *count << std::endl;
        std::ostringstream page;
        page << "visits " << *count << "\npid " << ::getpid() << "\nrequest " << requests_ << "\nprimes "
             << primes << "\ncached " << (kept ? "yes" : "no") << "\n";
        send(client, "200 OK", page.str());
    }

    static void send(tcp::iostream& client, std::string_view status, const std::string& page) {
        client << "HTTP/1.0 " << status << "\r\nContent-Type: text/plain\r\nContent-Length: " << page.size()
               << "\r\nConnection: close\r\n\r\n"
               << page << std::flush;
    }

    visits visits_;
    cache cache_;
    boost::asio::io_context context_;
    tcp::acceptor acceptor_; // with address reuse: a restart need not wait for old connections
    std::uint64_t requests_ = 0;
};

} // namespace
} // namespace visit_counter

int main() {
    try {
        visit_counter::application application;
        application.await_redis();
        int ready = visit_counter::number_setting("READY_FD");
        if (::write(ready, "\n", 1) != 1) throw std::runtime_error("READY_FD cannot be written to");
        ::close(ready);
        application.serve();
    } catch (const std::exception& problem) {
        std::cerr << "visit-counter: " << problem.what() << std::endl;
        return 1;
    }
}
