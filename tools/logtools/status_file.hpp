// A file that always holds the last chosen line (=file): its first 1000 bytes, filled up with newlines to 1001, written
// over the old ones in one write, so a reader sees one line or the other.
#pragma once

#include "chainload/result.hpp"
#include "chainload/unique_fd.hpp"
#include "tools/logtools/script.hpp"

#include <string_view>

namespace reeve::logtools {

class status_file {
public:
    chainload::result<void> open(int start_directory, const char* path);
    chainload::result<void> show(std::string_view line) const;
    const char* path() const { return path_; }

private:
    chainload::unique_fd fd_;
    const char* path_ = "";
};

} // namespace reeve::logtools
