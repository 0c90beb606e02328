// The file in which `at` keeps when it last went on: one line, seconds since the epoch with three decimals.
#pragma once

#include "chainload/result.hpp"

#include <cstdint>
#include <optional>

namespace reeve::chainload {

// In milliseconds; nothing if there is no such file, or an empty one. EINVAL: it holds something else.
result<std::optional<std::int64_t>> read_last_run(const char* file);

// The file becomes `time_ms` in one step, and is on the disk when this returns. FILE.new is used on the way.
result<void> write_last_run(const char* file, std::int64_t time_ms);

} // namespace reeve::chainload
