#include "depengine/loop.hpp"

#include "chainload/clock.hpp"
#include "chainload/unique_fd.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <limits>
#include <new>
#include <stdexcept>
#include <sys/timerfd.h>
#include <unordered_map>

namespace reeve::depengine {

namespace {
namespace asio = boost::asio;
constexpr std::size_t event_count = 3;
constexpr moment never = std::numeric_limits<moment>::max();

// The memory of one wait, taken again and again.
struct wait_memory {
    alignas(std::max_align_t) std::array<unsigned char, 256> bytes;
    bool taken = false;
};

template <class T>
struct wait_allocator {
    using value_type = T;
    wait_memory* memory;

    explicit wait_allocator(wait_memory* from)
        : memory(from) {}
    template <class Other>
    wait_allocator(const wait_allocator<Other>& other) // NOLINT: allocators convert
        : memory(other.memory) {}
    template <class Other>
    bool operator==(const wait_allocator<Other>& other) const {
        return memory == other.memory;
    }
    T* allocate(std::size_t count) const {
        if (!memory->taken && count * sizeof(T) <= memory->bytes.size()) {
            memory->taken = true;
            return reinterpret_cast<T*>(memory->bytes.data());
        }
        return static_cast<T*>(::operator new(count * sizeof(T)));
    }
    void deallocate(T* at, std::size_t) const {
        if (reinterpret_cast<unsigned char*>(at) == memory->bytes.data())
            memory->taken = false;
        else
            ::operator delete(at);
    }
};

struct watched {
    struct slot {
        loop::handler call;
        bool waits = false;
        wait_memory memory;
    };
    asio::posix::stream_descriptor descriptor;
    std::array<slot, event_count> slots;

    explicit watched(asio::io_context& context)
        : descriptor(context) {}
    ~watched() { let_go(); }
    // Cancels the waits and does not close. At once: the number may be another descriptor's soon.
    void let_go() {
        if (descriptor.is_open()) descriptor.release();
    }
};

constexpr std::array<asio::posix::stream_descriptor::wait_type, event_count> wait_types{
    asio::posix::stream_descriptor::wait_read, asio::posix::stream_descriptor::wait_write,
    asio::posix::stream_descriptor::wait_error};

// What is called when a wait ends. It keeps the memory of the wait alive.
struct wait_end {
    using allocator_type = wait_allocator<void>;
    std::shared_ptr<watched> self;
    std::size_t which;

    allocator_type get_allocator() const { return allocator_type(&self->slots[which].memory); }
    void operator()(boost::system::error_code error) {
        auto& slot = self->slots[which];
        slot.waits = false;
        if (error || !self->descriptor.is_open()) return; // removed meanwhile
        auto call = std::move(slot.call);
        slot.call = nullptr;
        if (call) call();
    }
};
} // namespace

struct loop::inside {
    asio::io_context context{1};
    std::unordered_map<int, std::shared_ptr<watched>> descriptors;
    chainload::unique_fd clock;
    std::array<moment, timer_count> due;
    std::array<handler, timer_count> calls;

    // The clock is set to the first timer, and off if there is none.
    void wind() {
        moment first = *std::min_element(due.begin(), due.end());
        itimerspec when{};
        if (first != never) {
            first = std::max<moment>(first, 1); // zero would be off
            when.it_value.tv_sec = first / 1000;
            when.it_value.tv_nsec = first % 1000 * 1'000'000;
        }
        ::timerfd_settime(clock.get(), TFD_TIMER_ABSTIME, &when, nullptr);
    }
};

loop::loop()
    : inside_(std::make_unique<inside>()) {
    inside_->due.fill(never);
    inside_->clock.reset(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
    if (!inside_->clock || !add(inside_->clock.get())) throw std::runtime_error("unable to create a timer");
}
loop::~loop() = default;

bool loop::add(int fd) {
    auto made = std::make_shared<watched>(inside_->context);
    boost::system::error_code error;
    made->descriptor.assign(fd, error);
    if (error) return false;
    inside_->descriptors[fd] = made;
    return true;
}

void loop::when(int fd, event what, handler call) {
    auto known = inside_->descriptors.find(fd);
    if (known == inside_->descriptors.end()) return;
    auto which = static_cast<std::size_t>(what);
    auto& slot = known->second->slots[which];
    slot.call = std::move(call);
    if (std::exchange(slot.waits, true)) return;
    known->second->descriptor.async_wait(wait_types[which], wait_end{known->second, which});
}

void loop::remove(int fd) {
    auto known = inside_->descriptors.find(fd);
    if (known == inside_->descriptors.end()) return;
    known->second->let_go();
    inside_->descriptors.erase(known);
}

void loop::on_timer(timer which, handler due) {
    inside_->calls[static_cast<std::size_t>(which)] = std::move(due);
}

void loop::set(timer which, moment when) {
    inside_->due[static_cast<std::size_t>(which)] = when;
    inside_->wind();
}

void loop::clear(timer which) {
    set(which, never);
}

bool loop::is_set(timer which) const {
    return inside_->due[static_cast<std::size_t>(which)] != never;
}

void loop::ring() {
    std::uint64_t times;
    (void)!::read(inside_->clock.get(), &times, sizeof times);
    moment now = chainload::monotonic_ms();
    for (std::size_t i = 0; i < timer_count; ++i) {
        if (inside_->due[i] > now) continue;
        inside_->due[i] = never;
        if (inside_->calls[i]) inside_->calls[i]();
    }
    inside_->wind();
    when(inside_->clock.get(), event::readable, [this] { ring(); });
}

void loop::run() {
    when(inside_->clock.get(), event::readable, [this] { ring(); });
    inside_->context.restart();
    inside_->context.run();
}

void loop::stop() {
    inside_->context.stop();
}

} // namespace reeve::depengine
