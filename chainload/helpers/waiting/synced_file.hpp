// A small file that a helper keeps from one run to the next: replaced in one step, and on the disk afterwards.
#pragma once

#include "chainload/result.hpp"

#include <string_view>

namespace reeve::chainload {

// FILE becomes `bytes`. FILE.new is used on the way; a symlink there is not followed.
result<void> write_synced_file(const char* file, std::string_view bytes);

} // namespace reeve::chainload
