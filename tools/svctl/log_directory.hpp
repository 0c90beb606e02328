// The lines of one multilog (or svlogd) directory, oldest first, and over every rotation that happens meanwhile, without
// losing or repeating a line.
//
// Files are read in order through one buffer. Rotated files of a processor's own making (other endings) are passed over.
#pragma once

#include "chainload/unique_fd.hpp"
#include "tools/svctl/log_files.hpp"
#include "tools/svctl/log_merge.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <sys/types.h>

namespace reeve::svctl {

class log_directory : public line_source {
public:
    // `directory` is absolute, or relative to `at`, which must outlive this.
    log_directory(int at, std::string directory);

    // Where to begin, once and before the first next(): everything is the default.
    void begin_at_last(std::size_t lines);
    void begin_at(moment since);
    // From now on a line is yielded only when its newline is there: there will be another look.
    void follow() { following_ = true; }

    std::optional<log_line> next() override;

private:
    void look_again();
    bool open_next();
    bool fill();
    std::optional<std::string> take_line(bool at_end);
    std::optional<log_line> accept(std::string text);
    moment guess_time() const;

    log_files files_;
    bool looked_ = false, following_ = false, ended_ = false;
    log_files::found to_read_;

    chainload::unique_fd file_; // being read
    bool file_is_current_ = false, file_may_repeat_ = false;
    std::string buffer_;
    std::size_t used_ = 0; // of buffer_

    moment last_, since_;
    moment read_already_; // a file that may repeat others does so up to this
};

} // namespace reeve::svctl
