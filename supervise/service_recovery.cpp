// Going on where a predecessor stopped: after its SIGKILL and after X (adoption), and after U (upgrade in place).
#include "supervise/service.hpp"

#include "chainload/clock.hpp"
#include "chainload/file.hpp"
#include "chainload/number.hpp"

#include <algorithm>
#include <alloca.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace reeve::supervise {

using chainload::failure;
using chainload::level;
using chainload::result;
using chainload::text_buffer;
using chainload::unique_fd;

namespace {
// How long the process that started at `start` (ticks since boot) has run.
std::int64_t age_ms(std::uint64_t start) {
    std::uint64_t now = chainload::boot_ticks();
    return now > start ? static_cast<std::int64_t>(now - start) * 10 : 0;
}

bool has_main_process(stage where) {
    return where == stage::starting || where == stage::up || where == stage::ready ||
           where == stage::stopping;
}
} // namespace

void service::begin_afresh() {
    machine_.waits_for_engine = options_.wait_for_engine && !settings_.early && !options_.is_logger;
    if (!settings_.down && !machine_.waits_for_engine)
        feed({event_kind::up});
    else
        publish();
}

// What the record knows of the machine.
void service::recall(const status_record& record) {
    machine& m = machine_;
    m.wanted = record.want;
    m.exit_wanted = record.exit_wanted;
    m.waits_for_engine = record.waits_for_engine;
    m.wait_status = static_cast<int>(record.wait_status);
    m.last_cause = record.cause;
    m.gave_up = record.give_up;
    m.starts = record.starts;
    m.deaths = record.deaths;
    m.readiness = readiness_seen_ = record.readiness;
    m.at = record.stage < stage_count ? static_cast<stage>(record.stage) : stage::down;
    m.main_forked = record.forking;
    m.paused = record.paused;
    m.stop_sent = record.stop_sent;
    m.watchdog = settings_.watchdog;
    if (has_main_process(m.at)) {
        main_pid_ = static_cast<pid_t>(record.pid);
        main_start_ = record.main_start;
        m.main_alive = main_pid_ != 0;
        m.last_start = now_ - age_ms(main_start_);
    }
    if (m.at == stage::backoff) {
        // No longer than any backoff can be, jitter included: the wall clock may have been set back since.
        constexpr std::int64_t longest_retry_ms = 60000;
        std::int64_t longest = std::max(settings_.restart_delay.max_ms, longest_retry_ms);
        std::int64_t wait = static_cast<std::int64_t>(record.next_start) - chainload::realtime_ms();
        wait = std::clamp<std::int64_t>(wait, 1, longest + longest / 10);
        m.deadlines[static_cast<std::size_t>(timer::start)] = now_ + wait;
    }
    commands_ = record.commands;
    changed_ = record.changed;
    ready_since_ = record.ready_since;
    status_text_.add(record.status_text());
}

// The predecessor was killed, or left.
result<void> service::recover(const status_record& record) {
    recall(record);
    // All that it started bears SERVICE_DIR; the main process's session finds those that dropped it.
    have_strays_ = true;
    if (machine_.main_alive) {
        stray_session_ = main_pid_;
        stray_since_ = main_start_;
    }
    auto pid = static_cast<pid_t>(record.pid);
    auto process =
        pid != 0 ? chainload::open_process(pid, record.main_start) : result<unique_fd>(failure{ESRCH, ""});
    // Only what is surely gone may be replaced: two instances are worse than a supervise that has to start again.
    if (pid != 0 && !process && !chainload::is_gone(process.why())) return process.why();
    stage was = machine_.at;
    if (machine_.main_alive && process) {
        main_pidfd_ = std::move(*process);
        (void)marks_of_strays(); // while it can tell its user
        adopt();
        log_.say(level::info, "adopted the running service");
    } else if (machine_.main_alive) {
        // It ended while nobody looked.
        machine_.stop_asked = was == stage::stopping && machine_.wanted != want::up;
        adopted_is_gone(-1);
    } else if (was == stage::finishing || was == stage::undoing) {
        if (process)
            adopt_script(std::move(*process), record);
        else
            do_again(was, record);
    } else if (was == stage::condition || was == stage::starting || was == stage::stopping ||
               was == stage::clearing) {
        do_again(was, record);
    }
    publish_wanted_ = true;
    return {};
}

// The main process runs on: deadlines begin anew, readiness continues.
void service::adopt() {
    machine& m = machine_;
    if (settings_.has_cgroup) (void)cgroup_.adopt(AT_FDCWD, texts_.service, main_pid_);
    if (settings_.has_notify_socket() && notify_.fd() < 0) listen_to_adopted();
    auto arm = [&](timer which, std::int64_t ms) {
        m.deadlines[static_cast<std::size_t>(which)] = now_ + ms;
    };
    if (m.is_logger && m.exit_wanted && m.wanted == want::up) arm(timer::log_wait, settings_.limit_log_wait);
    switch (m.at) {
    case stage::starting:
    case stage::up:
        if (settings_.timeout_up != 0)
            arm(timer::up, std::max<std::int64_t>(settings_.timeout_up - age_ms(main_start_), 1));
        if (settings_.notification_fd >= 0) {
            reopen_ready_pipe();
        } else if (m.at == stage::starting) {
            break;
        } else if (!settings_.notify && settings_.has_check) {
            m.check_wait = settings_.check_interval;
            arm(timer::probe, m.check_wait);
        }
        break;
    case stage::ready:
        if (settings_.has_health) arm(timer::probe, settings_.health_interval);
        if (m.watchdog != 0) arm(timer::watchdog, m.watchdog);
        break;
    case stage::stopping: {
        // How far up the ladder it was is not known: the climb begins again.
        want wanted = m.wanted;
        m.at = stage::up;
        feed({wanted == want::down || m.exit_wanted ? event_kind::down : event_kind::restart});
        m.wanted = wanted;
        break;
    }
    default: break;
    }
}

// It cannot be started again for the want of a socket.
void service::listen_to_adopted() {
    auto opened = notify_.open(options_.state_at, texts_.state_path);
    if (!opened && listen_at_ == 0)
        log_.unable(level::warning, opened.why(), "(until that is possible the service is not heard)");
    listen_at_ = opened ? 0 : now_ + publish_retry_ms;
}

// notification-fd: the service still has its end of the pipe, or it has closed it, as it does when it has said so;
// what it said was lost with the predecessor then.
void service::reopen_ready_pipe() {
    if (ready_pipe_ || main_is_child_) return;
    text_buffer<64> pipe("/proc/", main_pid_, "/fd/", settings_.notification_fd);
    // Under that number it may have opened anything by now, and only a pipe can be opened without consequences.
    struct stat found {};
    if (::stat(pipe.c_str(), &found) == 0 && !S_ISFIFO(found.st_mode)) return;
    auto fd = chainload::open_at(AT_FDCWD, pipe.c_str(), O_RDONLY | O_NONBLOCK);
    if (fd) {
        ready_pipe_ = std::move(*fd);
        return;
    }
    bool closed = fd.why().error == ENOENT;
    auto stat = chainload::read_process_stat(main_pid_);
    if (closed && stat && stat->start == main_start_ && stat->state != 'Z' && machine_.at == stage::up)
        feed({event_kind::ready});
}

// finish or stop was running, and still is.
void service::adopt_script(unique_fd pidfd, const status_record& record) {
    main_pidfd_ = std::move(pidfd);
    script_adopted_ = true;
    script_start_ = record.main_start;
    assistants_[static_cast<std::size_t>(assistant::script)] = static_cast<pid_t>(record.pid);
    machine_.finished = true;
    machine_.uptime = settings_.restart_delay.min_ms;
    std::int64_t limit = machine_.at == stage::finishing ? settings_.timeout_finish : settings_.timeout_kill;
    if (limit != 0) machine_.deadlines[static_cast<std::size_t>(timer::script)] = now_ + limit;
}

// How long the last main process ran, and so when the backoff may let the next one start.
void service::recall_last_death() {
    auto list = read_deaths(options_.state_at);
    if (!list || list->count == 0) return;
    const death& last = list->entries[list->count - 1];
    timespec ended = chainload::unpack_tai64n(last.time);
    std::int64_t since =
        std::max<std::int64_t>(chainload::realtime_ms() - chainload::milliseconds_of(ended), 0);
    machine_.uptime = static_cast<std::int64_t>(last.uptime_ms);
    machine_.last_start = now_ - since - machine_.uptime;
}

// No main process: what was going on when the predecessor ended is cleared away, and the next step follows.
void service::do_again(stage interrupted, const status_record& record) {
    machine& m = machine_;
    if (interrupted == stage::starting && settings_.forking && record.starts > 0) {
        // run is in the background already; which process is the daemon was not known yet.
        constexpr std::int64_t first_look_ms = 20;
        m.check_wait = first_look_ms;
        m.deadlines[static_cast<std::size_t>(timer::find)] = now_ + first_look_ms;
        return;
    }
    m.at = stage::clearing;
    // finish follows the end of run only, and once.
    m.finished =
        interrupted == stage::finishing || interrupted == stage::condition || interrupted == stage::starting;
    m.restarting = m.finished && interrupted != stage::finishing && m.wanted != want::down;
    m.succeeded = record.start_succeeded;
    m.uptime = settings_.restart_delay.min_ms;
    if (interrupted == stage::clearing) recall_last_death();
    if (record.cause == cause::timeout || record.cause == cause::health || record.cause == cause::watchdog)
        m.pending = record.cause;
    clearing_ = clearing::kill;
}

// ---- U: the same process becomes the program anew. The record holds nearly all of its state; descriptors and a few
// numbers go along in one variable, as decimal words:
//   lock control ok pidfd notify ready (each descriptor + 1, 0 for none), main is a child, delay, retry, watchdog,
//   strays, their session, since; then DESCRIPTOR:NAME for each stored one.

namespace {
constexpr std::size_t longest_handover = 4096;

void close_on_exec(int fd, bool on) {
    if (fd >= 0) ::fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0);
}

std::string_view take_word(std::string_view& text) {
    std::size_t end = std::min(text.find(' '), text.size());
    std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return word;
}

std::uint64_t take_number(std::string_view& text) {
    return chainload::parse_number<std::uint64_t>(take_word(text)).value_or(0);
}

int take_descriptor(std::string_view& text) {
    return static_cast<int>(take_number(text)) - 1;
}
} // namespace

void service::upgrade() {
    publish();
    const int fds[] = {state_.lock.get(), state_.control.get(), state_.ok.get(),
                       main_pidfd_.get(), notify_.fd(),         ready_pipe_.get()};
    text_buffer<longest_handover> text(handover_name, '=');
    for (int fd : fds) text.add(fd + 1).add(' ');
    text.add(main_is_child_ ? 1 : 0).add(' ').add(machine_.delay).add(' ').add(machine_.retry);
    text.add(' ').add(machine_.watchdog).add(' ').add(have_strays_ ? 1 : 0).add(' ').add(stray_session_);
    text.add(' ').add(stray_since_);
    for (std::size_t at = 0; at < store_.size(); ++at)
        text.add(' ').add(store_.fd(at)).add(':').add(store_.name(at));
    if (text.overflowed())
        return log_.say(level::warning, "not upgraded: too many stored descriptors to hand over");

    auto keep = [&](bool over_exec) {
        for (int fd : fds) close_on_exec(fd, !over_exec);
        for (std::size_t at = 0; at < store_.size(); ++at) close_on_exec(store_.fd(at), !over_exec);
    };
    keep(true);
    std::size_t slots = program_environment::slots_for(environment_);
    program_environment variables({static_cast<char**>(alloca(slots * sizeof(char*))), slots}, environment_);
    variables.set(text.data());
    ::execve(options_.self, options_.argv, variables.get());
    failure why = chainload::failed("exec");
    keep(false);
    log_.unable(level::warning, why, options_.self);
}

result<void> service::take_over(std::string_view text) {
    state_.lock.reset(take_descriptor(text));
    state_.control.reset(take_descriptor(text));
    state_.ok.reset(take_descriptor(text));
    main_pidfd_.reset(take_descriptor(text));
    notify_.take_over(take_descriptor(text));
    ready_pipe_.reset(take_descriptor(text));
    main_is_child_ = take_number(text) != 0;
    machine_.delay = static_cast<std::int64_t>(take_number(text));
    machine_.retry = static_cast<std::int64_t>(take_number(text));
    auto watchdog = static_cast<std::int64_t>(take_number(text));
    have_strays_ = take_number(text) != 0;
    stray_session_ = static_cast<pid_t>(take_number(text));
    stray_since_ = take_number(text);
    while (!text.empty()) {
        std::string_view word = take_word(text);
        std::size_t colon = std::min(word.find(':'), word.size() - 1);
        auto fd = chainload::parse_number<unsigned>(word.substr(0, colon));
        if (fd) (void)store_.add(unique_fd(static_cast<int>(*fd)), word.substr(colon + 1), most_stored_fds);
    }
    know_home();
    refresh_settings();
    auto record = read_status(options_.state_at);
    if (!record) return record.why();
    if (!state_.ok) announce_again();
    recall(*record);
    machine_.watchdog = watchdog;
    if (machine_.main_alive) adopt();
    // Deaths that fell into the moment of the exec have left their signal pending or their zombie: look once.
    reap();
    log_.say(level::info, "upgraded in place");
    return {};
}

} // namespace reeve::supervise
