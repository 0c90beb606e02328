#include "svscan/loop.hpp"

#include "chainload/clock.hpp"

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <stdexcept>
#include <unordered_map>

namespace reeve::svscan {

namespace {
namespace asio = boost::asio;

struct watched {
    asio::posix::stream_descriptor descriptor;
    loop::handler readable;

    explicit watched(asio::io_context& context)
        : descriptor(context) {}
    ~watched() { let_go(); }
    // Cancels the wait and does not close. At once: the number may be another descriptor's soon.
    void let_go() {
        if (descriptor.is_open()) descriptor.release();
    }

    static void wait(const std::shared_ptr<watched>& self) {
        self->descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                                    [weak = std::weak_ptr(self)](boost::system::error_code error) {
                                        auto alive = weak.lock();
                                        if (!alive || error) return;
                                        alive->readable();
                                        if (alive->descriptor.is_open())
                                            wait(alive); // else it was removed meanwhile
                                    });
    }
};
} // namespace

struct loop::inside {
    asio::io_context context{1};
    std::unordered_map<int, std::shared_ptr<watched>> descriptors;
    std::array<asio::steady_timer, 4> timers{asio::steady_timer(context), asio::steady_timer(context),
                                             asio::steady_timer(context), asio::steady_timer(context)};
};

// Asio does not tell if its own descriptors could not be registered (a limit of epoll watches, no memory): then no
// timer would ever be due.
loop::loop()
    : inside_(std::make_unique<inside>()) {
    bool works = false;
    set(timer::tree, chainload::monotonic_ms(), [&] { works = true; });
    inside_->context.run_one_for(std::chrono::seconds(10));
    if (!works) throw std::runtime_error("unable to watch timers");
}
loop::~loop() = default;

bool loop::add(int fd, handler readable) {
    auto made = std::make_shared<watched>(inside_->context);
    boost::system::error_code error;
    made->descriptor.assign(fd, error);
    if (error) return false;
    made->readable = std::move(readable);
    inside_->descriptors[fd] = made;
    watched::wait(made);
    return true;
}

void loop::remove(int fd) {
    auto known = inside_->descriptors.find(fd);
    if (known == inside_->descriptors.end()) return;
    known->second->let_go();
    inside_->descriptors.erase(known);
}

void loop::set(timer which, moment when, handler due) {
    auto& clock = inside_->timers[static_cast<std::size_t>(which)];
    moment left = std::max<moment>(when - chainload::monotonic_ms(), 0);
    clock.expires_after(std::chrono::milliseconds(left));
    clock.async_wait([due = std::move(due)](boost::system::error_code error) {
        if (!error) due();
    });
}

void loop::clear(timer which) {
    inside_->timers[static_cast<std::size_t>(which)].cancel();
}

void loop::run() {
    inside_->context.restart();
    inside_->context.run();
}
void loop::stop() {
    inside_->context.stop();
}

} // namespace reeve::svscan
