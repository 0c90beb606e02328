#include "tools/svctl/log_directory.hpp"

#include "chainload/file.hpp"
#include "tools/svctl/last_lines.hpp"
#include "tools/svctl/scan_directory.hpp"
#include "tools/svctl/unpack_zstd.hpp"

#include <algorithm>
#include <sys/stat.h>

namespace reeve::svctl {

namespace {
constexpr std::size_t chunk = 32 * 1024, longest_line = 1024 * 1024;

constexpr std::string_view compressed = ".zst";

// "@" 24 hexadecimal digits ".s", or ".u" for one that was open at a crash, or ".s.zst".
bool is_rotated_file(std::string_view name) {
    if (!parse_stamp_label(name)) return false;
    std::string_view ending = name.substr(stamp_label_size);
    return ending == ".s" || ending == ".u" || ending == ".s.zst";
}

// What orders two files: one that was compressed is the same as before.
std::string_view label_of(std::string_view name) {
    return name.substr(0, stamp_label_size);
}
} // namespace

log_directory::log_directory(int at, std::string directory)
    : at_(at)
    , directory_(std::move(directory)) {}

log_directory::identity log_directory::identity_of(int fd) {
    struct stat info {};
    ::fstat(fd, &info);
    return {info.st_dev, info.st_ino};
}

std::optional<log_directory::identity> log_directory::identity_of_file(const std::string& file) const {
    struct stat info {};
    if (::fstatat(at_, (directory_ + "/" + file).c_str(), &info, 0) < 0) return std::nullopt;
    return identity{info.st_dev, info.st_ino};
}

chainload::unique_fd log_directory::open_file(const std::string& file) const {
    auto fd = chainload::open_at(at_, (directory_ + "/" + file).c_str(), O_RDONLY | O_NONBLOCK);
    return fd ? std::move(*fd) : chainload::unique_fd{};
}

std::vector<std::string> log_directory::rotated_files() const {
    auto names = list_directory(at_, directory_.c_str()).value_or(std::vector<std::string>{});
    std::erase_if(names, [](const std::string& name) { return !is_rotated_file(name); });
    // For a moment a file and its compressed version are both there; the longer name comes behind the other.
    names.erase(
        std::unique(names.begin(), names.end(),
                    [](const auto& one, const auto& next) { return label_of(one) == label_of(next); }),
        names.end());
    return names;
}

chainload::unique_fd log_directory::open_part(part& one) const {
    if (one.held) return std::move(one.held);
    if (!one.file.ends_with(compressed)) {
        auto file = open_file(one.file);
        if (file) return file;
        one.file += compressed; // meanwhile
    }
    auto packed = open_file(one.file);
    return packed ? unpack_zstd(packed.get()) : chainload::unique_fd{};
}

// Finds what comes behind the file that was read last, up to `current`. The order of the looks matters: multilog
// renames current to previous, makes a new current, gives previous its last name, and only then removes the old one.
// So whatever is not current any more when that is opened is found under one of the two other names.
bool log_directory::is_finished(const std::string& name) const {
    struct stat info {};
    if (::fstatat(at_, (directory_ + "/" + name).c_str(), &info, 0) < 0) return false;
    if (identity{info.st_dev, info.st_ino} == finished_) return true;
    // multilog gives the compressed file the time of the other one.
    return name.ends_with(compressed) && finished_at_.known() && moment_of(info.st_mtim) == finished_at_;
}

void log_directory::look_again() {
    bool first = !looked_;
    looked_ = true;
    current_ = open_file("current");
    auto previous = open_file("previous");
    auto names = rotated_files();

    identity own = current_ ? identity_of(current_.get()) : identity{};
    identity rotating = previous ? identity_of(previous.get()) : identity{};
    auto from =
        std::find_if(names.begin(), names.end(), [&](const std::string& name) { return is_finished(name); });
    if (from != names.end()) {
        last_rotated_ = *from;
        ++from;
    } else {
        // A processor has rewritten it, or it has no last name yet: what is newer by name may repeat its lines.
        from = std::find_if(names.begin(), names.end(), [&](const std::string& name) {
            return label_of(name) > label_of(last_rotated_);
        });
        if (!first) read_already_ = last_;
    }
    for (; from != names.end(); ++from) {
        auto same = identity_of_file(*from);
        if (same == own) return;
        if (same == rotating) previous.reset();
        pending_.push_back({*from});
    }
    if (previous && rotating != own && rotating != finished_)
        pending_.push_back({"previous", 0, std::move(previous)});
}

void log_directory::begin_at_last(std::size_t lines) {
    look_again();
    if (current_) {
        auto last = find_last_lines(current_.get(), lines);
        current_offset_ = last.offset;
        lines -= std::min(lines, last.count);
    }
    std::deque<part> kept;
    for (; lines > 0 && !pending_.empty(); pending_.pop_back()) {
        part& one = pending_.back();
        auto file = open_part(one);
        if (!file) continue;
        auto last = find_last_lines(file.get(), lines);
        lines -= std::min(lines, last.count);
        bool named = one.file != "previous";
        kept.push_front({one.file, last.offset, named ? chainload::unique_fd{} : std::move(file)});
    }
    if (!pending_.empty()) last_rotated_ = pending_.back().file;
    pending_ = std::move(kept);
}

void log_directory::begin_at(moment since) {
    since_ = since;
    look_again();
    // A rotated file is named for the moment at which it was closed.
    std::erase_if(pending_, [&](const part& one) {
        auto closed = parse_stamp_label(one.file);
        return closed && *closed < since;
    });
}

bool log_directory::open_next() {
    for (;;) {
        while (!pending_.empty()) {
            part next = std::move(pending_.front());
            pending_.pop_front();
            if (next.file != "previous") last_rotated_ = std::max(last_rotated_, next.file);
            file_ = open_part(next);
            if (!file_) continue; // deleted meanwhile: too old
            ::lseek(file_.get(), next.offset, SEEK_SET);
            file_is_current_ = false;
            return true;
        }
        if (!current_) look_again();
        if (!pending_.empty()) continue;
        if (!current_) return false;
        ::lseek(current_.get(), current_offset_, SEEK_SET);
        current_offset_ = 0;
        file_ = std::move(current_);
        file_is_current_ = true;
        return true;
    }
}

bool log_directory::current_was_rotated() const {
    return identity_of_file("current") != identity_of(file_.get());
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
    if (read_already_.known() && !file_is_current_ && line.when <= read_already_) return std::nullopt;
    return line;
}

std::optional<log_line> log_directory::next() {
    if (!looked_) look_again();
    for (;;) {
        if (!file_ && !open_next()) return std::nullopt;
        if (auto text = take_line(false)) {
            if (auto line = accept(std::move(*text))) return line;
            continue;
        }
        if (fill()) continue;
        bool rotated = file_is_current_ && current_was_rotated();
        if (rotated && fill()) continue; // written between the last look and the rotation
        if (file_is_current_ && !rotated && following_) return std::nullopt;
        if (auto text = take_line(true)) {
            if (auto line = accept(std::move(*text))) return line;
            continue;
        }
        if (file_is_current_ && !rotated) return std::nullopt;
        finished_ = identity_of(file_.get());
        struct stat info {};
        finished_at_ = ::fstat(file_.get(), &info) == 0 ? moment_of(info.st_mtim) : moment{};
        file_.reset();
    }
}

} // namespace reeve::svctl
