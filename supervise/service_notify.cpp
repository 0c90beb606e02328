// What the service says of itself through NOTIFY_SOCKET.
#include "supervise/service.hpp"

#include "chainload/error_text.hpp"
#include "supervise/notify_message.hpp"

#include <algorithm>
#include <utility>

namespace reeve::supervise {

using chainload::level;
using chainload::text_buffer;

namespace {
constexpr int datagrams_per_turn = 64; // a flood must not keep the loop from anything else
} // namespace

void service::read_notify() {
    std::array<char, longest_datagram> buffer;
    for (int count = 0; count < datagrams_per_turn && notify_.fd() >= 0; ++count) {
        datagram received;
        if (!notify_.look(buffer, received)) return;
        heed(received);
    }
}

// A sender must be the main process or descend from supervise. One that has ended already cannot be looked up:
// what such a one has to say is lost unless it waited (as systemd-notify does, with BARRIER=1).
bool service::may_speak(pid_t sender) {
    if (sender <= 0) return false;
    if (sender == main_pid_ && machine_.main_alive) return true;
    return is_descendant(sender) || (have_strays_ && is_stray(marks_of_strays(), sender));
}

void service::heed(datagram& from) {
    text_buffer<32> sender("pid ", from.sender);
    if (!may_speak(from.sender)) {
        notify_.take(from, false);
        if (!std::exchange(stranger_reported_, true))
            log_.say(level::warning, "a notify message of ", sender.view(),
                     " is ignored: not a (living) process of this service");
        return;
    }
    notify_message message = parse_notify(from.text);
    // BARRIER=1 waits until its descriptor is closed: all that was sent before has been heeded by now.
    notify_.take(from, message.fd_store && settings_.fd_store_max > 0);
    if ((from.cut || !message.first_bad_line.empty()) && !std::exchange(garbage_reported_, true))
        log_.say(level::warning, "a notify message has a line that is not understood: ",
                 clean_status(from.cut ? "(longer than 4096 bytes)" : message.first_bad_line).view());
    if (message.main_pid && *message.main_pid != main_pid_ && settings_.kind == service_kind::process) {
        if (!take_main(*message.main_pid))
            log_.say(level::warning, "MAINPID= names a process that is not of this service: ignored");
        else if (settings_.forking && machine_.at == stage::starting)
            feed({event_kind::main_found});
    }
    if (message.status) {
        status_text_.clear();
        status_text_.add(clean_status(*message.status).view());
        publish_wanted_ = true;
    }
    if (message.error_number) {
        text_buffer<32> number(*message.error_number);
        log_.say(level::info, "the service says ERRNO=", number.view(), ": ",
                 chainload::error_text(*message.error_number));
    }
    if (message.exit_status) {
        text_buffer<32> number(*message.exit_status);
        log_.say(level::info, "the service says EXIT_STATUS=", number.view());
    }
    bool full = message.fd_store && settings_.fd_store_max == 0;
    if (message.fd_store)
        for (std::size_t at = 0; at < from.fd_count; ++at)
            if (!store_.add(std::move(from.fds[at]), message.fd_name.value_or(""), settings_.fd_store_max))
                full = true;
    if (full) log_.say(level::warning, "a descriptor is not stored: fd-store-max is reached");
    if (message.fd_store_remove && message.fd_name) store_.remove(*message.fd_name);
    constexpr std::uint64_t usec_per_ms = 1000;
    if (message.watchdog_usec)
        feed({event_kind::watchdog_period, 0, 0,
              static_cast<std::int64_t>((*message.watchdog_usec + 999) / usec_per_ms)});
    if (message.extend_usec)
        feed({event_kind::extend, 0, 0,
              static_cast<std::int64_t>((*message.extend_usec + 999) / usec_per_ms)});
    if (message.reloading) feed({event_kind::reloading});
    if (message.ready) feed({event_kind::ready});
    if (message.watchdog_ping) feed({event_kind::watchdog_ping});
    if (message.watchdog_trigger) feed({event_kind::watchdog_trigger});
    if (message.stopping) feed({event_kind::stopping});
}

} // namespace reeve::supervise
