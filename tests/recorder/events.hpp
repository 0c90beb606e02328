// The record: one line per event, appended with one write to the file `events` of the directory the program was
// started in, so the lines of several processes never mix.
//
//   NANOSECONDS PID SCRIPT EVENT REST…     (CLOCK_MONOTONIC; SCRIPT is the script's file name)
//
// The file's descriptor is close-on-exec and moved out of the way of the small numbers that tests look at.
#pragma once

#include <string_view>

namespace reeve::recorder {

// Opens the record. `script` must outlive the program.
bool open_record(std::string_view script);

void record(std::string_view event, std::string_view rest = {}, std::string_view more = {},
            std::string_view last = {});

} // namespace reeve::recorder
