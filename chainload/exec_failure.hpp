// Why a script could not be exec'd, in words that help: execve's errno alone says "file does not exist" for a
// script whose *interpreter* is missing.
#pragma once

#include "chainload/text.hpp"

namespace reeve::chainload {

// Looks at `path` after execve failed with `error` and says what is wrong with it:
//   "file does not exist", "is a directory", "not executable: chmod +x it",
//   "its interpreter /bin/foo does not exist", "its first line ends in CR (DOS line ends): interpreter …",
//   "no #! line and no program: exec format error", or the plain words for the errno.
text_buffer<256> explain_exec_failure(int dir, const char* path, int error);

} // namespace reeve::chainload
