// The begin and the end of a session: files are opened, a killed predecessor's work is taken up, logs are closed.
#include "tools/logtools/multilog_session.hpp"

#include "chainload/clock.hpp"
#include "chainload/file.hpp"
#include "tools/logtools/signal_flags.hpp"

#include <sys/stat.h>
#include <sys/wait.h>

namespace reeve::logtools {

using chainload::level;

session::flow session::open_all() {
    ::umask(022);
    auto here = chainload::open_at(AT_FDCWD, ".", O_RDONLY | O_DIRECTORY, 0, "open current directory");
    if (!here) {
        out_.unable(level::fatal, here.why());
        return flow::stop;
    }
    start_directory_ = here->release();
    for (const action& one : words_.all_actions()) {
        if (one.kind == action_kind::status_file)
            if (auto opened = statuses_[one.index].open(start_directory_, one.text); !opened) {
                out_.unable(level::fatal, opened.why(), one.text);
                return flow::stop;
            }
        if (one.kind == action_kind::log)
            if (auto what =
                    logs_[one.index].open(start_directory_, words_.logs[one.index], buffers_[one.index]))
                return fatal(one.index, *what);
    }
    if (auto opened = in_.open(); !opened) {
        out_.unable(level::fatal, opened.why());
        return flow::stop;
    }
    journal_.open(logs_.empty() ? -1 : logs_[0].directory(), words_, in_);
    return start_logs(journal_.look_back(in_));
}

session::flow session::start_logs(legacy past) {
    for (std::size_t i = 0; i < logs_.size(); ++i) {
        log_position expected = past == legacy::none ? log_position{} : journal_.positions()[i];
        logs_[i].expect(expected);
        if (insist(i, false, &log::start) == flow::stop) return flow::stop;
    }
    if (past == legacy::repeat && repeat() == flow::stop) return flow::stop;
    if (past == legacy::elsewhere && end_cut_lines() == flow::stop) return flow::stop;
    note_held();
    std::int64_t now = chainload::read_clock(CLOCK_REALTIME).tv_sec;
    for (std::size_t i = 0; i < logs_.size(); ++i) {
        journal_.positions()[i] = logs_[i].position();
        if (logs_[i].in_rotation() && rotate(i) == flow::stop) return flow::stop;
        if (words_.logs[i].level > 0) compressors_[i].start(logs_[i].directory(), words_.logs[i].level);
        if (auto expiry = logs_[i].next_expiry()) {
            std::int64_t at = chainload::monotonic_ms() + *expiry * 1000 + 1000;
            tidy_at_ = tidy_at_ == 0 ? at : std::min(tidy_at_, at);
        }
        if (!words_.logs[i].daily) continue;
        if (midnight_ == 0) find_midnight(now);
        struct stat info {};
        // What is left of an earlier day.
        if (::fstatat(logs_[i].directory(), "current", &info, 0) == 0 &&
            info.st_mtim.tv_sec < midnight_ - 86'400 && buffers_[i].bytes > 0 && rotate(i) == flow::stop)
            return flow::stop;
    }
    return flow::on;
}

// The predecessor was killed between begin and commit. If the bytes are still in the pipe, they are put into the logs
// as it would have done, with its stamp, but for what is there already; else it had taken them, so all of it is there.
session::flow session::repeat() {
    auto seen = in_.look();
    bool still_there = journal_.in_flight() == 0 ||
                       (seen && *seen == input::outcome::bytes && journal_.is_in_flight(in_.bytes()));
    if (!still_there) {
        journal_.adopt();
        return flow::on;
    }
    for (std::size_t i = 0; i < logs_.size(); ++i) logs_[i].rewind(journal_.positions()[i]);
    stamp_text stamp = journal_.stamp();
    std::size_t done = 0;
    auto bytes =
        journal_.in_flight() == 0 ? std::span<const char>{} : in_.bytes().first(journal_.in_flight());
    if (pour(bytes, stamp, journal_.next_state(), done) == flow::stop) return flow::stop;
    for (log& one : logs_) one.end_rewind();
    if (auto taken = in_.take(done); !taken) {
        out_.unable(level::fatal, taken.why());
        return flow::stop;
    }
    journal_.commit();
    return flow::on;
}

// The pipe that the predecessor read from is gone, and with it the rest of the line.
session::flow session::end_cut_lines() {
    if (journal_.state().at == line_state::stage::held && decide(true) == flow::stop) return flow::stop;
    journal_.state() = {};
    for (std::size_t i = 0; i < logs_.size(); ++i) {
        if (logs_[i].ends_with_newline()) continue;
        constexpr char newline = '\n';
        buffers_[i].put({&newline, 1});
        if (flush(i) == flow::stop) return flow::stop;
    }
    return flow::on;
}

session::flow session::finish() {
    if (!between_lines() && decide(true) == flow::stop) return flow::stop;
    for (std::size_t i = 0; i < logs_.size(); ++i) {
        if (insist(i, false, &log::catch_up) == flow::stop || insist(i, false, &log::close) == flow::stop)
            return flow::stop;
    }
    journal_.close();
    // At the end of the input there is time to compress; a signal is obeyed at once, and the next start goes on.
    for (std::size_t i = 0; i < logs_.size(); ++i)
        while (compressors_[i].running() && !signal_flags::ending()) {
            if (!signal_flags::take_child()) pause();
            reap();
        }
    return flow::on;
}

} // namespace reeve::logtools
