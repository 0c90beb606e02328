// The lines of one multilog (or svlogd) directory, oldest first: the rotated files @*.s, @*.u and @*.s.zst in order, then
// `previous` if one is just being rotated, then `current`; and over every rotation that happens meanwhile, without
// losing or repeating a line.
//
// Files are read in order through one buffer. Rotated files of a processor's own making (other endings) are passed over.
#pragma once

#include "chainload/unique_fd.hpp"
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
    struct part {
        std::string file;
        off_t offset = 0;
        chainload::unique_fd held = {}; // of a file that will get another name
    };
    struct identity {
        dev_t device = 0;
        ino_t inode = 0;
        bool operator==(const identity&) const = default;
    };
    static identity identity_of(int fd);
    std::optional<identity> identity_of_file(const std::string& file) const;

    std::vector<std::string> rotated_files() const;
    chainload::unique_fd open_file(const std::string& file) const;
    chainload::unique_fd open_part(part& one) const;
    void look_again();
    bool open_next();
    bool current_was_rotated() const;
    bool is_finished(const std::string& name) const;
    bool fill();
    std::optional<std::string> take_line(bool at_end);
    std::optional<log_line> accept(std::string text);
    moment guess_time() const;

    int at_;
    std::string directory_;
    bool looked_ = false, following_ = false;
    std::deque<part> pending_;     // rotated files still to be read
    std::string last_rotated_;     // the newest name that was read, or passed over
    identity finished_;            // the file that was read last; zero at first
    moment finished_at_;           // when it was written to last
    chainload::unique_fd current_; // opened before the others are listed, so that no rotation slips between
    off_t current_offset_ = 0;

    chainload::unique_fd file_; // being read
    bool file_is_current_ = false;
    std::string buffer_;
    std::size_t used_ = 0; // of buffer_

    moment last_, since_, read_already_; // lines up to read_already_ are repetitions
};

} // namespace reeve::svctl
