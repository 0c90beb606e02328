#include "tools/svctl/log_directory.hpp"

#include "tools/svctl/last_lines.hpp"

#include <algorithm>
#include <sys/stat.h>

namespace reeve::svctl {

namespace {
constexpr std::size_t chunk = 32 * 1024, longest_line = 1024 * 1024;
} // namespace

log_directory::log_directory(int at, std::string directory)
    : files_(at, std::move(directory)) {}

void log_directory::look_again() {
    looked_ = true;
    to_read_ = files_.look();
    read_already_ = last_;
}

void log_directory::begin_at_last(std::size_t lines) {
    look_again();
    if (to_read_.current) {
        auto last = find_last_lines(to_read_.current.get(), lines);
        to_read_.offset = last.offset;
        lines -= std::min(lines, last.count);
    }
    auto& older = to_read_.older;
    std::deque<log_files::part> kept;
    for (; lines > 0 && !older.empty(); older.pop_back()) {
        auto& one = older.back();
        bool hold = static_cast<bool>(one.held);
        auto file = files_.open(one);
        if (!file) continue;
        auto last = find_last_lines(file.get(), lines);
        lines -= std::min(lines, last.count);
        kept.push_front({one.file, last.offset, hold ? std::move(file) : chainload::unique_fd{}});
    }
    older = std::move(kept);
}

void log_directory::begin_at(moment since) {
    since_ = since;
    look_again();
    // A rotated file is named for the moment at which it was closed.
    std::erase_if(to_read_.older, [&](const log_files::part& one) {
        auto closed = parse_stamp_label(one.file);
        return closed && *closed < since;
    });
}

bool log_directory::open_next() {
    for (bool again = true;; again = false) {
        file_is_current_ = file_may_repeat_ = false;
        while (!to_read_.older.empty()) {
            log_files::part next = std::move(to_read_.older.front());
            to_read_.older.pop_front();
            file_ = files_.open(next);
            if (!file_) continue; // removed meanwhile: too old
            ::lseek(file_.get(), next.offset, SEEK_SET);
            file_may_repeat_ = next.may_repeat;
            return true;
        }
        if (to_read_.current) {
            file_ = std::move(to_read_.current);
            ::lseek(file_.get(), std::exchange(to_read_.offset, 0), SEEK_SET);
            file_is_current_ = true;
            return true;
        }
        if (!again) return false;
        look_again();
    }
}

bool log_directory::fill() {
    buffer_.erase(0, used_);
    used_ = 0;
    std::size_t size = buffer_.size();
    buffer_.resize(size + chunk);
    ssize_t got = 0;
    do got = ::read(file_.get(), buffer_.data() + size, chunk);
    while (got < 0 && errno == EINTR);
    buffer_.resize(size + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (buffer_.empty()) buffer_ = {}; // an idle log holds no memory
    return got > 0;
}

// The next line of the buffer; `at_end`: also one without a newline, because none will come.
std::optional<std::string> log_directory::take_line(bool at_end) {
    std::size_t end = buffer_.find('\n', used_);
    std::size_t rest = buffer_.size() - used_;
    if (end == std::string::npos && rest < longest_line && !(at_end && rest > 0)) return std::nullopt;
    bool whole = end != std::string::npos;
    std::string line = buffer_.substr(used_, whole ? end - used_ : rest);
    used_ += line.size() + (whole ? 1 : 0);
    return line;
}

// The first stamp that follows, else the time of the last change.
moment log_directory::guess_time() const {
    for (std::size_t at = used_; at < buffer_.size();) {
        if (auto stamp = parse_line_stamp(std::string_view(buffer_).substr(at))) return stamp->when;
        std::size_t end = buffer_.find('\n', at);
        if (end == std::string::npos) break;
        at = end + 1;
    }
    struct stat info {};
    ::fstat(file_.get(), &info);
    return moment_of(info.st_mtim);
}

// Nothing for a line that is too old or was yielded already.
std::optional<log_line> log_directory::accept(std::string text) {
    log_line line;
    auto stamp = parse_line_stamp(text);
    line.stamped = stamp.has_value();
    line.stamp_size = stamp ? stamp->size : 0;
    if (stamp) last_ = stamp->when;
    line.when = last_.known() ? last_ : guess_time();
    line.text = std::move(text);
    if (line.when < since_) return std::nullopt;
    since_ = {}; // if the clock is set back later, that is no reason to be silent
    if (file_may_repeat_ && read_already_.known() && line.when <= read_already_) return std::nullopt;
    return line;
}

std::optional<log_line> log_directory::next() {
    if (!looked_) look_again();
    for (;;) {
        if (ended_ || (!file_ && !open_next())) return std::nullopt;
        if (auto text = take_line(false)) {
            if (auto line = accept(std::move(*text))) return line;
            continue;
        }
        if (fill()) continue;
        bool rotated = file_is_current_ && !files_.is_current(file_.get());
        if (rotated && fill()) continue; // written between the last look and the rotation
        if (file_is_current_ && !rotated && following_) return std::nullopt;
        if (auto text = take_line(true)) {
            ended_ = file_is_current_ && !rotated; // the rest of it would come as another line
            if (auto line = accept(std::move(*text))) return line;
            continue;
        }
        if (file_is_current_ && !rotated) return std::nullopt;
        if (file_is_current_) files_.finished(std::move(file_));
        file_.reset();
    }
}

} // namespace reeve::svctl
