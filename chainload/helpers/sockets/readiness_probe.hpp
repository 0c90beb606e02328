// The conditions of notify-when that are asked for again and again: a port, a path, a command.
#pragma once

#include "chainload/helpers/helper.hpp"
#include "chainload/helpers/sockets/inet_address.hpp"
#include "chainload/helpers/sockets/program_watcher.hpp"

namespace reeve::chainload {

class readiness_probe {
public:
    // Reads "port HOST PORT", "path PATH" or "{ COMMAND … }" at `words`. Nothing if it is one of them: rest() is what
    // follows; else what ends the chain.
    std::optional<next> read(char** words, process& self);
    char** rest() const { return rest_; }

    // Asks, at first every 100 ms, then less and less often down to once per second. False: the deadline, or the end
    // of the program, was first.
    bool await(const program_watcher& watcher, std::int64_t deadline_ms);

private:
    using event = program_watcher::event;
    std::optional<next> read_port(char** words, process& self);
    std::optional<next> read_path(char** words, process& self);
    std::optional<next> read_command(char** words, process& self);
    bool ask(const program_watcher& watcher, std::int64_t deadline_ms) const;
    bool connects(const program_watcher& watcher, std::int64_t deadline_ms) const;
    bool succeeds(const program_watcher& watcher, std::int64_t deadline_ms) const;

    char** rest_ = nullptr;
    std::optional<inet_address> address_;
    const char* path_ = nullptr;
    char** command_ = nullptr;
    char* const* environment_ = nullptr;
};

} // namespace reeve::chainload
