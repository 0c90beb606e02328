#include "tools/logtools/log.hpp"

#include "chainload/file.hpp"
#include "chainload/lock.hpp"

#include <cstring>
#include <ctime>
#include <sys/stat.h>

namespace reeve::logtools {

using chainload::open_at;

std::optional<trouble> log::open(int start_directory, const log_settings& settings, log_buffer& buffer) {
    settings_ = &settings;
    buffer_ = &buffer;
    buffer.size = settings.size;
    ::mkdirat(start_directory, settings.directory, 0700); // whether that did it says the next step
    auto directory = open_at(start_directory, settings.directory, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
    if (!directory) return trouble{directory.why().error, "open directory", ""};
    directory_ = std::move(*directory);
    // The child of a multilog that was killed has a copy of the lock until it has exec'd: that is over at once.
    constexpr int attempts = 20;
    constexpr timespec pause{0, 10'000'000};
    for (int attempt = 1;; ++attempt) {
        auto lock = chainload::try_lock(directory_.get(), "lock");
        if (lock) lock_ = std::move(*lock);
        if (lock) return {};
        if (lock.why().error != EAGAIN || attempt == attempts)
            return trouble{lock.why().error, "lock directory", ""};
        ::nanosleep(&pause, nullptr);
    }
}

// Advances `done` by what went into the file, also if the rest could not.
std::optional<trouble> log::write(std::span<const char> bytes, std::size_t& done) {
    while (done < bytes.size()) {
        ssize_t put = ::write(current_.get(), bytes.data() + done, bytes.size() - done);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return trouble{errno, "write to", "current"};
        done += static_cast<std::size_t>(put);
        in_file_ += static_cast<std::uint64_t>(put);
    }
    return {};
}

std::optional<trouble> log::flush() {
    log_buffer& all = *buffer_;
    if (all.fill == 0) return {};
    auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, all.fill));
    skip_ -= skipped;
    in_file_ += skipped;
    std::size_t done = skipped;
    std::optional<trouble> what;
    if (overflow_.active()) {
        overflow_.add({all.data + done, all.fill - done}, false);
        all.bytes = 0; // nothing is rotated before it is in the file
        done = all.fill;
    } else {
        what = write({all.data, all.fill}, done);
    }
    if (done < all.fill) std::memmove(all.data, all.data + done, all.fill - done);
    all.fill -= done;
    return what;
}

void log::rewind(const log_position& then) {
    if (then.inode != inode_ || then.bytes > in_file_) return;
    skip_ = in_file_ - then.bytes;
    in_file_ = buffer_->bytes = then.bytes;
    buffer_->at_newline = ends_with_newline();
}

void log::end_rewind() {
    in_file_ += skip_;
    buffer_->bytes += skip_;
    skip_ = 0;
}

bool log::ends_with_newline() const {
    if (in_file_ == 0) return true;
    auto file = open_at(directory_.get(), "current", O_RDONLY | chainload::wary);
    char last = '\n';
    return !file || ::pread(file->get(), &last, 1, static_cast<off_t>(in_file_) - 1) != 1 || last == '\n';
}

void log::keep_for_later() {
    overflow_.add({buffer_->data, buffer_->fill}, !ends_with_newline());
    buffer_->fill = 0;
    buffer_->bytes = 0;
}

std::optional<trouble> log::catch_up() {
    while (overflow_.active() || in_rotation()) {
        std::uint64_t size = settings_->size;
        bool full = in_file_ >= size || (in_file_ + 2000 >= size && ends_with_newline());
        if (in_rotation() || full)
            if (auto what = rotate()) return what;
        if (!overflow_.active()) break;
        auto bytes = overflow_.front();
        bytes = bytes.first(std::min<std::uint64_t>(bytes.size(), size - in_file_));
        if (in_file_ + bytes.size() + 2000 > size) { // up to the newline that ends the file
            std::size_t from = size - in_file_ > 2000 ? static_cast<std::size_t>(size - in_file_ - 2000) : 0;
            const void* newline = std::memchr(bytes.data() + from, '\n', bytes.size() - from);
            if (newline != nullptr)
                bytes = bytes.first(
                    static_cast<std::size_t>(static_cast<const char*>(newline) - bytes.data()) + 1);
        }
        std::size_t written = 0;
        auto what = write(bytes, written);
        overflow_.written(written);
        if (what) return what;
    }
    buffer_->bytes = in_file_ + buffer_->fill;
    return {};
}

std::optional<trouble> log::close() {
    if (::fsync(current_.get()) < 0) return trouble{errno, "sync", "current"};
    if (::fchmod(current_.get(), 0744) < 0) return trouble{errno, "change mode of", "current"};
    return {};
}

} // namespace reeve::logtools
