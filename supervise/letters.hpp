// The control letters: one letter, one command, written to supervise/control. Parser, help, svc's options,
// manual check and tests loop over this table.
#pragma once

#include <csignal>
#include <cstdint>
#include <string_view>

namespace reeve::supervise {

enum class command : std::uint8_t {
    up,
    down,
    once,
    exit,
    pause,
    go_on,
    signal,
    restart,
    reload,
    give_up,
    reset,
    leave,
    upgrade
};

struct letter {
    char name;
    command meaning;
    int signal; // for command::signal, pause and go_on
    std::string_view help;
};

inline constexpr letter letters[] = {
    {'u', command::up, 0, "up: start it if it is down, restart it whenever it ends; clears failed"},
    {'d', command::down, 0, "down: stop it and do not restart it"},
    {'o', command::once, 0, "once: start it if it is down, do not restart it"},
    {'x', command::exit, 0, "exit: supervise exits as soon as the service is down"},
    {'p', command::pause, SIGSTOP, "pause: STOP, or freeze its cgroup"},
    {'c', command::go_on, SIGCONT, "continue: CONT, or thaw its cgroup"},
    {'h', command::signal, SIGHUP, "send HUP"},
    {'a', command::signal, SIGALRM, "send ALRM"},
    {'i', command::signal, SIGINT, "send INT"},
    {'t', command::signal, SIGTERM, "send TERM"},
    {'k', command::signal, SIGKILL, "send KILL"},
    {'q', command::signal, SIGQUIT, "send QUIT"},
    {'1', command::signal, SIGUSR1, "send USR1"},
    {'2', command::signal, SIGUSR2, "send USR2"},
    {'w', command::signal, SIGWINCH, "send WINCH"},
    {'r', command::restart, 0, "restart: stop it in order, then start it; what is wanted stays"},
    {'l', command::reload, 0, "reload: run the reload file, or send HUP"},
    {'G', command::give_up, 0, "give up: stop it; phase failed until u or 0"},
    {'0', command::reset, 0, "reset: forget failed, the backoff and the counted deaths, without starting it"},
    {'X', command::leave, 0,
     "leave: supervise exits at once and the service goes on; the next supervise adopts it"},
    {'U', command::upgrade, 0, "upgrade: exec the supervise program again in place"},
};

constexpr const letter* find_letter(char name) {
    for (const auto& entry : letters)
        if (entry.name == name) return &entry;
    return nullptr;
}

} // namespace reeve::supervise
