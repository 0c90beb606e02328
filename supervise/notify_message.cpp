// The vocabulary of sd_notify as a table of names and takers. A taker returns whether it could use the value.
#include "supervise/notify_message.hpp"

#include "chainload/number.hpp"
#include "chainload/printable.hpp"

#include <algorithm>
#include <limits>

namespace reeve::supervise {

using chainload::parse_number;

namespace {
template <bool notify_message::*Field>
bool one(std::string_view value, notify_message& into) {
    if (value != "1") return false;
    into.*Field = true;
    return true;
}

bool watchdog(std::string_view value, notify_message& into) {
    if (value == "trigger") {
        into.watchdog_trigger = true;
        return true;
    }
    return one<&notify_message::watchdog_ping>(value, into);
}

template <auto Field, int Least, int Most>
bool number(std::string_view value, notify_message& into) {
    auto parsed = parse_number<std::uint32_t>(value);
    if (!parsed || *parsed < std::uint32_t{Least} || *parsed > std::uint32_t{Most}) return false;
    into.*Field = static_cast<int>(*parsed);
    return true;
}

template <auto Field>
bool microseconds(std::string_view value, notify_message& into) {
    auto parsed = parse_number<std::uint64_t>(value);
    if (!parsed) return false;
    into.*Field = std::min(*parsed, longest_notify_usec);
    return true;
}

bool status(std::string_view value, notify_message& into) {
    into.status = value;
    return true;
}

bool fd_name(std::string_view value, notify_message& into) {
    bool printable =
        std::all_of(value.begin(), value.end(), [](char c) { return c > ' ' && c <= '~' && c != ':'; });
    if (value.empty() || value.size() > longest_fd_name || !printable) return false;
    into.fd_name = value;
    return true;
}

bool tolerated(std::string_view, notify_message&) {
    return true;
}

struct field_of_notify {
    std::string_view name;
    bool (*take)(std::string_view value, notify_message& into);
};
constexpr int most = std::numeric_limits<int>::max();
constexpr field_of_notify fields[] = {
    {"READY", one<&notify_message::ready>},
    {"STATUS", status},
    {"RELOADING", one<&notify_message::reloading>},
    {"STOPPING", one<&notify_message::stopping>},
    {"MAINPID", number<&notify_message::main_pid, 1, most>},
    {"WATCHDOG", watchdog},
    {"WATCHDOG_USEC", microseconds<&notify_message::watchdog_usec>},
    {"EXTEND_TIMEOUT_USEC", microseconds<&notify_message::extend_usec>},
    {"FDSTORE", one<&notify_message::fd_store>},
    {"FDNAME", fd_name},
    {"FDSTOREREMOVE", one<&notify_message::fd_store_remove>},
    {"ERRNO", number<&notify_message::error_number, 0, most>},
    {"EXIT_STATUS", number<&notify_message::exit_status, 0, 255>},
    {"BARRIER", one<&notify_message::barrier>},
    // Sent by libraries as a matter of course, and nothing to act upon here.
    {"MONOTONIC_USEC", tolerated},
    {"FDPOLL", tolerated},
    {"NOTIFYACCESS", tolerated},
    {"BUSERROR", tolerated},
    {"MAINPIDFDID", tolerated},
};

bool take_line(std::string_view line, notify_message& into) {
    std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || line.find('\0') != std::string_view::npos) return false;
    std::string_view name = line.substr(0, equals), value = line.substr(equals + 1);
    for (const auto& field : fields)
        if (field.name == name) return field.take(value, into);
    return name.starts_with("X_"); // the names that sd_notify(3) leaves to everybody
}
} // namespace

notify_message parse_notify(std::string_view datagram) {
    notify_message message;
    // systemd permits one NUL at the end, and so do the clients that send it.
    if (datagram.ends_with('\0')) datagram.remove_suffix(1);
    while (!datagram.empty()) {
        std::string_view line = datagram.substr(0, datagram.find('\n'));
        datagram.remove_prefix(std::min(line.size() + 1, datagram.size()));
        if (line.empty() || take_line(line, message)) continue;
        if (message.first_bad_line.empty()) message.first_bad_line = line;
    }
    return message;
}

chainload::text_buffer<128> clean_status(std::string_view status) {
    chainload::text_buffer<128> text;
    bool full = false;
    chainload::each_printable(status, " ", [&](std::string_view shown) {
        full = full || text.view().size() + shown.size() > 127;
        if (!full) text.add(shown);
    });
    return text;
}

} // namespace reeve::supervise
