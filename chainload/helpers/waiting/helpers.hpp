// Until when it waits: the helpers of chainload-waiting(1), which are sources of events for services.
#pragma once

#include "chainload/helpers/helper.hpp"

namespace reeve::chainload {

next run_at(char** arguments, process& self);
next run_when_path(char** arguments, process& self);
next run_when_mount(char** arguments, process& self);
next run_when_service(char** arguments, process& self);

// clang-format off
inline constexpr helper waiting_helpers[] = {
    {"at", run_at, "[-u] [-r DURATION] [-c FILE] CALENDAR|every INTERVAL PROGRAM ... | at [-u] -n COUNT CALENDAR", "wait until a time of the calendar, or for an interval"},
    {"when-path", run_when_path, "[-a|-o] [-t DURATION] [-c FILE] exists|gone|changed|non-empty PATH ... PROGRAM ...", "wait until a file is there, is gone, or has changed"},
    {"when-mount", run_when_mount, "[-g] [-t DURATION] PATH|DEVICE PROGRAM ...", "wait until something is mounted"},
    {"when-service", run_when_service, "[-a|-o] [-t DURATION] up|ready|down|failed NAME ... PROGRAM ...", "wait until services are up, ready, down or have failed"},
};
// clang-format on

} // namespace reeve::chainload
