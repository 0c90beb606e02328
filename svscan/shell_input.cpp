// What svscan listens to: its control FIFO, signals, and changes of the scan directory.
#include "chainload/clock.hpp"
#include "supervise/control.hpp"
#include "svscan/commands.hpp"
#include "svscan/log.hpp"
#include "svscan/shell.hpp"

#include <csignal>
#include <fcntl.h>
#include <stdexcept>
#include <sys/signalfd.h>
#include <sys/stat.h>

namespace reeve::svscan {

void shell::listen() {
    listening_since_ms_ = chainload::file_time_ms();
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGCHLD);
    for (const auto& entry : signal_orders) sigaddset(&wanted, entry.number);
    for (const auto& entry : signal_scripts) sigaddset(&wanted, entry.number);
    signals_.reset(::signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC));
    if (!signals_ || !loop_.add(signals_.get(), [this] { read_signals(); }))
        throw std::runtime_error(unable(chainload::failed("listen to signals")));
    listen_to_control();
    watch_names();
    if (options_.rescan_ms != 0) rescan_later();
}

void shell::read_control() {
    char letters[256];
    ssize_t got = ::read(control_.get(), letters, sizeof letters);
    for (ssize_t i = 0; i < got && !departure_; ++i) {
        const control_letter* known = nullptr;
        for (const auto& entry : control_letters)
            if (entry.name == letters[i]) known = &entry;
        if (known != nullptr)
            feed(ordered{known->meaning});
        else if (letters[i] != '\n')
            say(severity::warning,
                std::string("unknown command on .svscan/control: ") +
                    (letters[i] > ' ' && letters[i] < 127
                         ? std::string(1, letters[i])
                         : "byte " + std::to_string(static_cast<unsigned char>(letters[i]))));
    }
}

void shell::read_signals() {
    bool child = false;
    signalfd_siginfo info[16];
    for (;;) {
        ssize_t got = ::read(signals_.get(), info, sizeof info);
        if (got <= 0) break;
        for (std::size_t i = 0; i < static_cast<std::size_t>(got) / sizeof info[0]; ++i) {
            int number = static_cast<int>(info[i].ssi_signo);
            child = child || number == SIGCHLD;
            for (const auto& entry : signal_orders)
                if (entry.number == number) feed(ordered{entry.meaning});
            for (const auto& entry : signal_scripts)
                if (entry.number == number) run_signal_script(number);
        }
    }
    if (child) reap();
}

void shell::run_signal_script(int number) {
    for (const auto& entry : signal_scripts) {
        if (entry.number != number || ::faccessat(places_.scan(), entry.path, X_OK, AT_EACCESS) < 0) continue;
        auto pid = starter_.run_script(entry.path);
        if (!pid) say(severity::error, std::string(entry.path) + ": " + unable(pid.why()));
    }
}

void shell::appeared(const char* name, bool whole) {
    auto seen = places_.look(name);
    if (seen.what.kind != sight_kind::nothing) feed(saw{name, seen.what, whole});
}

// The name may have come back since, by an event that is still in the queue; what counts is what is there now.
void shell::disappeared(const char* name) {
    feed(lost{name});
    appeared(name, false);
}

void shell::touched(const std::string& name) {
    feed(svscan::touched{name});
}

void shell::overflowed() {
    scan(false, false);
}

void shell::scan(bool prune, bool first) {
    // What changed lately may just be being written; at the start only what changed since names are watched: a tree
    // that somebody has just put there comes up at once.
    std::int64_t since = first ? listening_since_ms_ : chainload::file_time_ms() - 1000;
    feed(pass_began{prune});
    if (auto log = places_.look(catch_all_name.data()); log.what.kind == sight_kind::complete)
        feed(saw{catch_all_name, log.what, true});
    auto listed = places_.list([&](const char* name) {
        auto seen = places_.look(name);
        if (seen.what.kind != sight_kind::nothing) feed(saw{name, seen.what, seen.changed_ms < since});
    });
    if (listed)
        feed(pass_ended{});
    else { // half a list must not make services disappear
        say(severity::error, unable(listed.why()) + "; tried again");
        names_unread_ = true;
        try_again_later();
    }
}

void shell::rescan_later() {
    loop_.set(timer::rescan, chainload::monotonic_ms() + options_.rescan_ms, [this] {
        feed(ordered{order::rescan});
        rescan_later();
    });
}

} // namespace reeve::svscan
