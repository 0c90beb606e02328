// Which files of one multilog (or svlogd) directory hold its lines, in which order, and which of them come behind those
// of an earlier look: never reads a line.
//
// Rotated files @*.s, @*.u and @*.s.zst are in the order of their labels; behind them is one that is just being
// rotated, `previous` (or `processed`, between the two), and then `current`. A file has been seen if its label has. One
// that has no label yet is known by its inode, and is held open until it has one, so that no other file gets its number.
// Times tell nothing here: many lines have the same stamp, and clocks are set back.
#pragma once

#include "chainload/unique_fd.hpp"

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace reeve::svctl {

class log_files {
public:
    // `directory` is absolute, or relative to `at`, which must outlive this.
    log_files(int at, std::string directory);

    struct part {
        std::string file;
        off_t offset = 0;
        chainload::unique_fd held = {}; // of a file that will get another name
        bool may_repeat = false;        // it may be what a processor made of a file that was seen already
    };
    struct found {
        std::deque<part> older;
        chainload::unique_fd current; // there is none for a moment of each rotation
        off_t offset = 0;             // in current
    };
    // What comes behind all that was found before.
    found look();
    // Nothing if it was removed meanwhile.
    chainload::unique_fd open(part& one) const;

    bool is_current(int fd) const;
    // To be told of a `current` that was found, when it is not that any more and is read to its end.
    void finished(chainload::unique_fd current);

private:
    struct identity {
        dev_t device = 0;
        ino_t inode = 0;
        bool operator==(const identity&) const = default;
    };
    struct rotating_file {
        chainload::unique_fd fd;
        bool is_processed = false;
    };
    enum class certainty { sure, unsure, nothing };
    using names = std::vector<std::string>;
    using one_label = names::const_iterator;

    static identity identity_of(int fd);
    std::optional<identity> identity_of_file(std::string_view file) const;
    std::string path_of(std::string_view file) const;
    chainload::unique_fd open_file(std::string_view file) const;
    rotating_file open_rotating(const chainload::unique_fd& current) const;
    bool has_seen(std::string_view name) const;
    bool is_same_time(const std::string& name, int fd) const;
    bool first_unnamed_is_gone() const;

    bool add_names(names& all) const;
    certainty list_rotated(names& all, const chainload::unique_fd& current,
                           const chainload::unique_fd& rotating) const;
    bool is_among(const names& all, const chainload::unique_fd& file) const;
    bool is_accounted_for(const chainload::unique_fd& file, const names& all) const;
    bool cut_at(names& all, const chainload::unique_fd& current) const;
    void sort_out(found& all, rotating_file& rotating, const names& listed);
    bool pass_over(one_label from, one_label to, part& one, bool older_are_left);
    void add_rotating(found& all, rotating_file rotating);
    void resume(found& all);

    int at_;
    std::string directory_;
    names seen_;                               // labels, in order: those that are still there
    std::deque<chainload::unique_fd> unnamed_; // seen, without a label then; the oldest first
};

} // namespace reeve::svctl
