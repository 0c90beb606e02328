#include "tools/logtools/multilog_session.hpp"

#include "chainload/clock.hpp"
#include "chainload/error_text.hpp"
#include "chainload/file.hpp"
#include "tools/logtools/signal_flags.hpp"

#include <poll.h>

namespace reeve::logtools {

using chainload::level;
using chainload::monotonic_ms;

namespace {
constexpr std::int64_t retry_ms = 1000, say_again_ms = 60'000;

// With its newline, if that is there.
std::span<const char> first_line(std::span<const char> bytes) {
    std::size_t end = std::string_view(bytes.data(), bytes.size()).find('\n');
    return end == std::string_view::npos ? bytes : bytes.first(end + 1);
}
} // namespace

session::session(const script& words, std::span<log> logs, std::span<log_buffer> buffers,
                 std::span<status_file> statuses, std::span<compressor> compressors)
    : words_(words)
    , logs_(logs)
    , buffers_(buffers)
    , statuses_(statuses)
    , compressors_(compressors)
    , feed_(words, buffers, *this) {}

void session::alert(std::string_view line) {
    // One write, so that lines of several writers do not mix.
    chainload::text_buffer<alert_bytes + 8> text(line.substr(0, alert_bytes),
                                                 line.size() > alert_bytes ? "...\n" : "\n");
    (void)chainload::write_all(STDERR_FILENO, text.view());
}

void session::show_status(unsigned file, std::string_view line) {
    for (;;) {
        auto shown = statuses_[file].show(line);
        if (shown) return;
        chainload::text_buffer<256> what(statuses_[file].path(), ", pausing");
        out_.unable(level::warning, shown.why(), what.view());
        if (!pause()) return;
    }
}

void session::say(std::size_t index, const trouble& what) {
    std::int64_t now = monotonic_ms();
    if (in_trouble_ && now - said_at_ < say_again_ms) return;
    in_trouble_ = true;
    said_at_ = now;
    chainload::text_buffer<512> text("unable to ", what.step, " ", words_.logs[index].directory, "/",
                                     what.file,
                                     words_.logs[index].drops ? ", trying again: " : ", pausing: ");
    out_.say(level::warning, text.view(),
             what.error == 0 ? "it did not exit with 0" : chainload::error_text(what.error));
}

session::flow session::fatal(std::size_t index, const trouble& what) {
    chainload::text_buffer<512> text("unable to ", what.step, " ", words_.logs[index].directory, ": ");
    out_.say(level::fatal, text.view(), chainload::error_text(what.error));
    return flow::stop;
}

// A second, or until a signal. False if the signal says that this is the end: of a pipe nothing is lost by that, because
// what is not written was not taken.
bool session::pause() {
    ::ppoll(nullptr, 0, &(const timespec&)timespec{1, 0}, nullptr);
    return !(signal_flags::ending() && in_.is_pipe());
}

session::flow session::insist(std::size_t index, bool may_drop, std::optional<trouble> (log::*operation)()) {
    for (bool told = false;; told = true) {
        auto what = (logs_[index].*operation)();
        if (!what) {
            if (told) out_.say(level::info, "going on with ", words_.logs[index].directory);
            if (told) in_trouble_ = false;
            return flow::on;
        }
        say(index, *what);
        if (may_drop && words_.logs[index].drops) {
            logs_[index].keep_for_later();
            retry_at_ = monotonic_ms() + retry_ms;
            return flow::on;
        }
        in_.grow_for_trouble();
        // daemontools pauses 5 s; room on a disk may come sooner, a processor that failed is not hurried.
        for (int seconds = what->error == 0 ? 5 : 1; seconds > 0; --seconds)
            if (!pause()) {
                out_.say(level::fatal, "ended by SIGTERM; lines that are not written are left in the pipe");
                return flow::stop;
            }
    }
}

session::flow session::flush(std::size_t index) {
    return insist(index, true, &log::flush);
}

session::flow session::rotate(std::size_t index) {
    auto done = insist(index, true, &log::rotate);
    journal_.positions()[index] = logs_[index].position();
    if (words_.logs[index].level > 0)
        compressors_[index].start(logs_[index].directory(), words_.logs[index].level);
    if (auto expiry = logs_[index].next_expiry()) {
        std::int64_t at = monotonic_ms() + *expiry * 1000 + 1000;
        tidy_at_ = tidy_at_ == 0 ? at : std::min(tidy_at_, at);
    }
    return done;
}

session::flow session::rotate_due() {
    for (std::size_t i = 0; i < logs_.size(); ++i)
        if (buffers_[i].wants_rotation() && !logs_[i].overflowing() && rotate(i) == flow::stop)
            return flow::stop;
    return flow::on;
}

session::flow session::rotate_all(bool only_daily) {
    for (std::size_t i = 0; i < logs_.size(); ++i)
        if (buffers_[i].bytes > 0 && !logs_[i].overflowing() && (!only_daily || words_.logs[i].daily))
            if (rotate(i) == flow::stop) return flow::stop;
    return flow::on;
}

// Bytes -> buffers -> files, until one of the files is to be rotated. `done`: how many.
session::flow session::pour(std::span<const char> bytes, const stamp_text& stamp, line_state& state,
                            std::size_t& done) {
    done = 0;
    for (;;) {
        done += feed_.feed(bytes.subspan(done), stamp, state);
        bool due = false;
        for (std::size_t i = 0; i < logs_.size(); ++i) {
            due = due || buffers_[i].wants_rotation();
            if (buffers_[i].fill > 0 && flush(i) == flow::stop) return flow::stop;
        }
        if (due || (done == bytes.size() && line_feed::drained(state))) return flow::on;
    }
}

session::flow session::step(std::span<const char> bytes, const stamp_text& stamp, std::size_t& done) {
    if (rotate_due() == flow::stop) return flow::stop;
    for (std::size_t i = 0; i < logs_.size(); ++i) journal_.positions()[i] = logs_[i].position();
    journal_.begin(bytes, stamp);
    if (pour(bytes, stamp, journal_.next_state(), done) == flow::stop) return flow::stop;
    if (auto taken = in_.take(done); !taken) {
        out_.unable(level::fatal, taken.why());
        return flow::stop;
    }
    journal_.commit();
    return flow::on;
}

session::flow session::process(std::span<const char> bytes) {
    timespec now = chainload::read_clock(CLOCK_REALTIME);
    if (midnight_ != 0 && (now.tv_sec >= midnight_ || now.tv_sec < midnight_ - 90'000)) {
        find_midnight(now.tv_sec);
        if (rotate_all(true) == flow::stop) return flow::stop;
    }
    long offset = words_.stamp == stamp_kind::local ? zone_offset(now.tv_sec) : 0;
    auto stamp = make_stamp(words_.stamp, now, offset);
    while (!bytes.empty() || !line_feed::drained(journal_.state())) {
        std::size_t done = 0;
        if (step(bytes, stamp, done) == flow::stop) return flow::stop;
        bytes = bytes.subspan(done);
    }
    note_held();
    used_ = true;
    return rotate_due();
}

// The line that is held back, or `ends` the one that is under way.
session::flow session::decide(bool ends) {
    // First the decision, then what follows from it: killed in between, the next one goes on from there.
    feed_.decide(journal_.next_state(), ends);
    journal_.commit();
    while (!line_feed::drained(journal_.state())) {
        std::size_t none = 0;
        if (step({}, {}, none) == flow::stop) return flow::stop;
    }
    return flow::on;
}

void session::note_held() {
    bool held = journal_.state().at == line_state::stage::held;
    if (held && !held_) held_since_ = monotonic_ms();
    held_ = held;
}

session::flow session::loop() {
    for (;;) {
        if (signal_flags::take_rotation() && rotate_all(false) == flow::stop) return flow::stop;
        if (timers() == flow::stop) return flow::stop;
        bool ending = signal_flags::ending();
        if (ending && between_lines() && (in_.is_pipe() || in_.bytes().empty())) return flow::on;
        auto seen = in_.look(ending && !in_.is_pipe() ? 1 : input::block);
        if (!seen) {
            out_.unable(level::fatal, seen.why());
            return flow::stop;
        }
        if (*seen == input::outcome::end) return flow::on;
        if (*seen == input::outcome::nothing) {
            wait();
            continue;
        }
        auto bytes = in_.bytes();
        if (ending && in_.is_pipe()) // up to the end of this line: what follows is the next one's
            bytes = first_line(bytes);
        if (process(bytes) == flow::stop) return flow::stop;
    }
}

int session::run() {
    signal_flags::install();
    if (open_all() == flow::stop || loop() == flow::stop) return 111;
    return finish() == flow::stop ? 111 : 0;
}

} // namespace reeve::logtools
