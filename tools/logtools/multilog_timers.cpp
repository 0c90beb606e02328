// What a session does when no input comes: it sleeps until there is some, a signal, or the time for something.
#include "tools/logtools/multilog_session.hpp"

#include "chainload/clock.hpp"
#include "chainload/stack.hpp"
#include "tools/logtools/signal_flags.hpp"

#include <ctime>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>

namespace reeve::logtools {

using chainload::monotonic_ms;

namespace {
constexpr std::int64_t release_after_ms = 1000, retry_ms = 1000;
}

// Seconds by which local time is ahead of UTC. Where there is no memory for the zone, the C library goes on with UTC;
// that errno is all that tells.
long session::zone_offset(std::int64_t now) {
    std::tm parts{};
    auto seconds = static_cast<std::time_t>(now);
    errno = 0;
    ::localtime_r(&seconds, &parts);
    if (errno == ENOMEM)
        out_.unable(chainload::level::warning, {ENOMEM, "read the time zone"}, "(UTC is used)");
    return parts.tm_gmtoff;
}

// The next midnight of the clock that the stamps show: UTC's with i, else the local one.
void session::find_midnight(std::int64_t now) {
    long offset = words_.stamp == stamp_kind::utc ? 0 : zone_offset(now);
    midnight_ = (now + offset) / 86'400 * 86'400 + 86'400 - offset;
}

void session::catch_up() {
    bool left = false;
    for (std::size_t i = 0; i < logs_.size(); ++i) {
        if (!logs_[i].overflowing()) continue;
        if (auto what = logs_[i].catch_up()) {
            say(i, *what);
            left = true;
            continue;
        }
        out_.say(chainload::level::info, "going on with ", words_.logs[i].directory);
        in_trouble_ = false;
        journal_.positions()[i] = logs_[i].position();
    }
    retry_at_ = left ? monotonic_ms() + retry_ms : 0;
}

void session::reap() {
    int status = 0;
    for (pid_t child; (child = ::waitpid(-1, &status, WNOHANG)) > 0;)
        for (std::size_t i = 0; i < logs_.size(); ++i)
            if (compressors_[i].ended(child) && compressors_[i].wanted())
                compressors_[i].start(logs_[i].directory(), words_.logs[i].level);
}

session::flow session::timers() {
    if (signal_flags::take_child()) reap();
    if (retry_at_ != 0 && monotonic_ms() >= retry_at_) catch_up();
    if (tidy_at_ != 0 && monotonic_ms() >= tidy_at_) {
        tidy_at_ = 0;
        for (log& one : logs_) {
            if (one.settings().age == 0) continue;
            (void)one.tidy(); // what could not be removed is tried again at the next rotation
            if (auto expiry = one.next_expiry()) {
                std::int64_t at = monotonic_ms() + std::max<std::int64_t>(*expiry, 1) * 1000;
                tidy_at_ = tidy_at_ == 0 ? at : std::min(tidy_at_, at);
            }
        }
    }
    return flow::on;
}

void session::wait() {
    std::int64_t now = monotonic_ms(), until = -1;
    auto at = [&](std::int64_t moment) { until = until < 0 ? moment : std::min(until, moment); };
    std::int64_t decide_at = held_since_ + words_.partial_ms;
    if (held_ && words_.partial_ms > 0) at(decide_at);
    if (retry_at_ != 0) at(retry_at_);
    if (tidy_at_ != 0) at(tidy_at_);
    if (used_) at(now + release_after_ms);
    if (midnight_ != 0) {
        bool any = false;
        for (std::size_t i = 0; i < logs_.size(); ++i)
            any = any || (words_.logs[i].daily && buffers_[i].bytes > 0);
        if (any) at(now + std::max<std::int64_t>(midnight_ - chainload::realtime_ms() / 1000, 0) * 1000 + 1);
    }
    std::int64_t left = until < 0 ? 0 : std::max<std::int64_t>(until - now, 0);
    timespec timeout{static_cast<time_t>(left / 1000), static_cast<long>(left % 1000 * 1'000'000)};
    pollfd input{STDIN_FILENO, POLLIN, 0};
    signal_flags::keep_out();
    int ready = -1;
    // A second SIGTERM changes nothing: then it waits for the end of the line.
    if (signal_flags::quiet() && (!signal_flags::ending() || !between_lines()))
        ready = ::ppoll(&input, 1, until < 0 ? nullptr : &timeout, &signal_flags::while_asleep());
    signal_flags::let_in();
    if (ready != 0) return;
    now = monotonic_ms();
    if (held_ && words_.partial_ms > 0 && now >= decide_at) {
        (void)decide(false);
        note_held();
        return;
    }
    std::int64_t wall = chainload::realtime_ms() / 1000;
    if (midnight_ != 0 && wall >= midnight_) {
        find_midnight(wall);
        (void)rotate_all(true);
    }
    if (used_) {
        used_ = false;
        in_.release();
        if (!held_) journal_.release();
        chainload::give_back_stack();
        for (log_buffer& buffer : buffers_)
            if (buffer.fill == 0) ::madvise(buffer.data, buffer.capacity + log_buffer::slack, MADV_DONTNEED);
    }
}

} // namespace reeve::logtools
