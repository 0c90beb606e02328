// The file in which `when-path` keeps what the paths looked like that it has seen: a line of two numbers for each, a
// hash of the path and its fingerprint.
#pragma once

#include "chainload/helpers/waiting/path_condition.hpp"

#include <span>

namespace reeve::chainload {

inline constexpr std::size_t most_path_conditions = 64;

// Sets `before` of those that the file knows, and leaves the others; false: there is no such file. EINVAL: it holds
// something else.
result<bool> recall_paths(const char* file, std::span<path_condition> conditions);

// The file becomes what `changed` conditions' paths look like now.
result<void> remember_paths(const char* file, std::span<const path_condition> conditions);

} // namespace reeve::chainload
