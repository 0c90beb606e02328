// What svstat knows of one service, and the three ways to show it. Pure: no clock, no file.
#pragma once

#include "supervise/status_record.hpp"
#include "tools/json_writer.hpp"

namespace reeve::tools {

struct service_view {
    std::string_view dir;                // as the user gave it
    chainload::text_buffer<128> problem; // why there is no record to show, in daemontools' words; else empty
    bool supervised = false;
    bool normally_up = true;         // there is no file `down`
    supervise::status_record record; // if there is no problem
};

// Up as svup and svwait -u mean it: the service does its work, ready or not yet. Not while it starts or stops.
constexpr bool is_up(supervise::phase value) {
    return value == supervise::phase::up || value == supervise::phase::ready ||
           value == supervise::phase::done;
}
// A supervise of another family knows no readiness: up is all there is.
constexpr bool is_ready(const supervise::status_record& record) {
    return record.foreign ? is_up(record.phase)
                          : record.phase == supervise::phase::ready || record.phase == supervise::phase::done;
}

// daemontools' line, byte for byte, without a newline.
void print_line(const service_view& view, timespec now, output& out);
// That line, then one line per fact, four blanks before it; only the first if there is a problem. svstat(8).
void print_long(const service_view& view, timespec now, output& out);
// One JSON object. svstat(8) lists its members.
void print_json(const service_view& view, timespec now, json_writer& out);

} // namespace reeve::tools
