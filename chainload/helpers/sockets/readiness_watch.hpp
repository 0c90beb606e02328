// The watch that notify-when keeps beside the program: on a condition, or on what the program writes.
#pragma once

#include "chainload/helpers/sockets/line_watch.hpp"
#include "chainload/helpers/sockets/readiness_probe.hpp"
#include "chainload/helpers/sockets/readiness_report.hpp"

#include <string_view>

namespace reeve::chainload {

struct readiness_watch {
    readiness_report report;
    readiness_probe probe;
    std::string_view line; // empty: the probe is asked
    int output = STDOUT_FILENO;
    std::optional<std::int64_t> limit_ms;

    // Starts it and goes on with `rest` as the program.
    next begin(char** rest, process& self);

private:
    next begin_asking(char** rest, process& self);
    next begin_reading(char** rest, process& self);
    void settle(bool ready, const program_watcher& watcher);
    std::int64_t deadline() const { return limit_ms ? deadline_after(*limit_ms) : no_deadline; }
};

} // namespace reeve::chainload
