#include "tools/svctl/log_directory.hpp"

#include "chainload/file.hpp"
#include "tools/svctl/last_lines.hpp"
#include "tools/svctl/scan_directory.hpp"

#include <algorithm>
#include <sys/stat.h>

namespace reeve::svctl {

namespace {
constexpr std::size_t chunk = 32 * 1024, longest_line = 1024 * 1024;

// "@" 24 hexadecimal digits ".s", or ".u" for one that was open at a crash.
bool is_rotated_file(std::string_view name) {
    return name.size() == stamp_label_size + 2 && parse_stamp_label(name) &&
           (name.ends_with(".s") || name.ends_with(".u"));
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
    return names;
}

void log_directory::list() {
    listed_ = true;
    current_ = open_file("current");
    identity own = current_ ? identity_of(current_.get()) : identity{};
    for (std::string& name : rotated_files()) {
        if (current_ && identity_of_file(name) == own) break; // rotated since: found again at its end
        last_rotated_ = name;
        pending_.push_back({std::move(name), 0});
    }
}

void log_directory::begin_at_last(std::size_t lines) {
    list();
    if (current_) {
        auto last = find_last_lines(current_.get(), lines);
        current_offset_ = last.offset;
        lines -= std::min(lines, last.count);
    }
    std::deque<part> kept;
    for (; lines > 0 && !pending_.empty(); pending_.pop_back()) {
        auto file = open_file(pending_.back().file);
        if (!file) continue;
        auto last = find_last_lines(file.get(), lines);
        lines -= std::min(lines, last.count);
        kept.push_front({pending_.back().file, last.offset});
    }
    pending_ = std::move(kept);
}

void log_directory::begin_at(moment since) {
    since_ = since;
    list();
    // A rotated file is named for the moment at which it was closed.
    std::erase_if(pending_, [&](const part& one) { return *parse_stamp_label(one.file) < since; });
}

bool log_directory::open_next() {
    while (!pending_.empty()) {
        part next = std::move(pending_.front());
        pending_.pop_front();
        last_rotated_ = std::max(last_rotated_, next.file);
        file_ = open_file(next.file);
        if (!file_) continue; // deleted meanwhile: too old
        ::lseek(file_.get(), next.offset, SEEK_SET);
        file_is_current_ = false;
        return true;
    }
    if (!current_) current_ = open_file("current");
    if (!current_) return false;
    ::lseek(current_.get(), current_offset_, SEEK_SET);
    current_offset_ = 0;
    file_ = std::move(current_);
    file_is_current_ = true;
    return true;
}

bool log_directory::current_was_rotated() const {
    return identity_of_file("current") != identity_of(file_.get());
}

// Which files came between the one just finished and the new `current`.
void log_directory::go_on_behind_rotation() {
    identity finished = identity_of(file_.get());
    current_ = open_file("current");
    identity own = current_ ? identity_of(current_.get()) : identity{};
    std::vector<std::string> names = rotated_files();
    auto found = std::find_if(names.begin(), names.end(),
                              [&](const std::string& name) { return identity_of_file(name) == finished; });
    auto from = found;
    if (found != names.end()) {
        last_rotated_ = *found;
        ++from;
    } else {
        // A processor has rewritten it, or it has no new name yet: what is newer by name may repeat its lines.
        from = std::upper_bound(names.begin(), names.end(), last_rotated_);
        read_already_ = last_;
    }
    for (; from != names.end() && identity_of_file(*from) != own; ++from) pending_.push_back({*from, 0});
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
        if (auto stamp = parse_stamp_label(std::string_view(buffer_).substr(at))) return *stamp;
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
    auto stamp = parse_stamp_label(text);
    line.stamped = stamp.has_value();
    if (stamp) last_ = *stamp;
    line.when = last_.known() ? last_ : guess_time();
    line.text = std::move(text);
    if (line.when < since_) return std::nullopt;
    if (read_already_.known() && !file_is_current_ && line.when <= read_already_) return std::nullopt;
    return line;
}

std::optional<log_line> log_directory::next() {
    if (!listed_) list();
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
        if (rotated) go_on_behind_rotation();
        file_.reset();
    }
}

} // namespace reeve::svctl
