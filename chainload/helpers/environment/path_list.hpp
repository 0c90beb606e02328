// prepend-path and append-path: one entry more in a colon-separated list.
#pragma once

#include "chainload/helpers/helpers.hpp"

namespace reeve::chainload {

enum class list_end { front, back };

// arguments: name of the helper, variable, entry, program …. A variable that is empty or not there becomes the
// entry alone: an empty entry would mean the current directory.
next extend_path(char** arguments, process& self, list_end where);

} // namespace reeve::chainload
