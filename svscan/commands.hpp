// What svscan can be told: the letters of .svscan/control and the signals. Parser, manual check and tests loop over
// these tables.
#pragma once

#include "svscan/tree_events.hpp"

#include <csignal>
#include <string_view>

namespace reeve::svscan {

struct control_letter {
    char name;
    order meaning;
    std::string_view help;
};
inline constexpr control_letter control_letters[] = {
    {'a', order::rescan, "rescan the scan directory"},
    {'n', order::prune, "rescan it, and drop services whose directory is gone"},
    {'t', order::stop, "stop the tree and exit"},
    {'q', order::quit, "the same without waiting for loggers"},
    {'x', order::leave, "exit alone and leave the supervisors running"},
    {'U', order::upgrade, "exec the svscan binary again in place"},
};

struct signal_order {
    int number;
    order meaning;
};
inline constexpr signal_order signal_orders[] = {
    {SIGTERM, order::stop},
    {SIGINT, order::stop},
    {SIGHUP, order::rescan},
    {SIGQUIT, order::quit},
};

// These run .svscan/SIGNAME, if it is executable, and do nothing else.
struct signal_script {
    int number;
    const char* path;
};
inline constexpr signal_script signal_scripts[] = {
    {SIGUSR1, ".svscan/SIGUSR1"},
    {SIGUSR2, ".svscan/SIGUSR2"},
    {SIGPWR, ".svscan/SIGPWR"},
    {SIGWINCH, ".svscan/SIGWINCH"},
};

} // namespace reeve::svscan
