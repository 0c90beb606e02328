// The ends of processes: children, the adopted main process, and whatever else belongs to the service.
#include "supervise/service.hpp"

#include "chainload/clock.hpp"
#include "chainload/error_text.hpp"
#include "chainload/file.hpp"
#include "chainload/number.hpp"

#include <algorithm>
#include <csignal>
#include <poll.h>
#include <sys/wait.h>

namespace reeve::supervise {

using chainload::level;
using chainload::unique_fd;

namespace {
constexpr std::int64_t stray_look_ms = 10; // between two looks for strays that are being killed
constexpr std::int64_t incomplete_look_ms =
    100; // after one that could not see all (no memory, no descriptors)
constexpr std::int64_t longest_forking_ms = 3000; // from the first process that run left behind to the daemon
constexpr std::int64_t status_patience_ms = 1000; // for an adopted process to be reaped by its parent
constexpr int status_unknown = -1;

int wait_status_of(const siginfo_t& info) {
    int code = info.si_status & 0xff;
    if (info.si_code == CLD_EXITED) return code << 8;
    return code | (info.si_code == CLD_DUMPED ? 0x80 : 0);
}

void reap_zombie(pid_t pid) {
    siginfo_t info{};
    while (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG) < 0 && errno == EINTR) {
    }
}
} // namespace

// SIGCHLD coalesces: all that have ended are taken. Each is looked at, acted on, and only then reaped, so that a
// death is on record before it disappears from the kernel's books.
void service::reap() {
    for (;;) {
        siginfo_t info{};
        if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0) {
            if (errno == EINTR) continue;
            childless_ = errno == ECHILD;
            return;
        }
        if (info.si_pid == 0) return;
        child_ended(info.si_pid, wait_status_of(info));
    }
}

void service::child_ended(pid_t pid, int status) {
    if (pid == main_pid_ && (main_is_child_ || machine_.main_alive)) {
        // Not on record before it is reaped: the end that a start follows at once, whose record stands for both; that of
        // a run that goes into the background, whose children are looked at next; and an end that was asked for and
        // leads to rest, whose record follows in the same turn.
        bool reap_first = restarts_at_once(machine_, settings_, status, now_) ||
                          (settings_.forking && machine_.at == stage::starting && !machine_.main_forked) ||
                          (machine_.at == stage::stopping && machine_.stop_asked && !settings_.has_finish);
        if (reap_first) reap_zombie(pid);
        main_is_gone(status);
        if (!reap_first) {
            write_death(); // before the record: a successor that finds the zombie writes the same entry again
            publish();
            reap_zombie(pid);
        }
        return;
    }
    auto which = std::find(assistants_.begin(), assistants_.end(), pid);
    if (which == assistants_.end()) {
        reap_zombie(pid);
        return;
    }
    bool script = which == assistants_.begin();
    if (script) changed_ = chainload::tai64n_now();
    *which = 0;
    refresh_settings();
    event_kind kinds[] = {event_kind::script_ended, event_kind::probe_ended, event_kind::hook_ended};
    feed({kinds[which - assistants_.begin()], status});
    if (script) publish();
    reap_zombie(pid);
}

// `status` is a wait status, or status_unknown.
void service::main_is_gone(int status) {
    main_pidfd_.reset();
    main_is_child_ = main_seen_dead_ = false;
    give_up_status_at_ = 0;
    if (is_middle_of_forks(status) && take_oldest()) return;
    changed_ = chainload::tai64n_now();
    refresh_settings();
    if (status == status_unknown && machine_.pending == cause::none) machine_.pending = cause::unknown;
    feed({event_kind::main_ended, status == status_unknown ? 0 : status});
}

// A daemon that forks twice has for a moment a process between run and itself. Where there is no pid file, that may have
// been taken for the daemon: it ends well, soon, and leaves the daemon behind.
bool service::is_middle_of_forks(int status) const {
    bool runs = machine_.at == stage::up || machine_.at == stage::ready;
    return runs && status == 0 && guessed_at_ != 0 && now_ - guessed_at_ < longest_forking_ms;
}

// The adopted process (the main one, or finish or stop) has ended, or has just been reaped by its parent.
void service::watch_adopted() {
    auto status = chainload::exit_status_of(main_pidfd_.get());
    if (!status) {
        // It may have become our child in the meantime (its parent has ended): then SIGCHLD tells.
        siginfo_t info{};
        if (!script_adopted_ &&
            ::waitid(P_PID, static_cast<id_t>(main_pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0) {
            main_is_child_ = true;
            main_pidfd_.reset();
            if (info.si_pid != 0) child_ended(main_pid_, wait_status_of(info));
            return;
        }
        pollfd polled{main_pidfd_.get(), 0, 0};
        bool reaped = ::poll(&polled, 1, 0) > 0 && (polled.revents & POLLHUP) != 0;
        if (!reaped) {
            main_seen_dead_ = true;
            if (give_up_status_at_ == 0) give_up_status_at_ = now_ + status_patience_ms;
            return;
        }
        status = chainload::exit_status_of(main_pidfd_.get()); // reaped between the two looks, perhaps
    }
    adopted_is_gone(status.value_or(status_unknown));
}

void service::adopted_is_gone(int status) {
    if (!script_adopted_) return main_is_gone(status);
    script_adopted_ = main_seen_dead_ = false;
    assistants_[static_cast<std::size_t>(assistant::script)] = 0;
    main_pidfd_.reset();
    give_up_status_at_ = 0;
    changed_ = chainload::tai64n_now();
    feed({event_kind::script_ended, status == status_unknown ? 0 : status});
}

// Whether it went out.
bool service::signal_main(int signal) {
    if (!machine_.main_alive) return true;
    if (main_is_child_) return ::kill(main_pid_, signal) == 0;
    return static_cast<bool>(chainload::signal_process(main_pidfd_.get(), signal));
}

void service::signal_stop(int signal) {
    bool everybody = settings_.kill_mode == kill_mode::tree;
    pid_t group = 0;
    if (settings_.kill_mode == kill_mode::group) {
        auto stat = chainload::read_process_stat(main_pid_);
        if (stat && stat->group != ::getpgrp()) group = stat->group;
    }
    for (int each : {signal, SIGCONT}) {
        if (each == SIGCONT && (signal == SIGCONT || signal == SIGSTOP)) continue;
        if (everybody) {
            // The main process as often as the others: once. What run left in the background is a child of ours.
            std::array<pid_t, 256> children;
            auto count = chainload::read_children(0, children);
            for (pid_t child : std::span(children).first(count ? *count : 0))
                if (std::find(assistants_.begin(), assistants_.end(), child) == assistants_.end())
                    signal_subtree(child, each);
            if (!main_is_child_) {
                signal_main(each);
                (void)strays(each);
            }
        } else if (group > 1) {
            ::kill(-group, each); // its number is held by its member, the main process
        } else {
            signal_main(each);
        }
    }
    if (cgroup_ && machine_.paused) (void)cgroup_.freeze(false);
}

void service::kill_assistant(assistant which) {
    if (which == assistant::script && script_adopted_) {
        (void)chainload::signal_process(main_pidfd_.get(), SIGKILL);
        return;
    }
    pid_t pid = assistants_[static_cast<std::size_t>(which)];
    if (pid != 0) signal_subtree(pid, SIGKILL);
}

stray_census service::strays(int signal) {
    stray_marks marks = marks_of_strays();
    marks.spare = machine_.main_alive ? main_pid_ : 0;
    return signal_strays(marks, signal);
}

// The main process is theirs, and runs as whom they run: as long as it lives it tells who that is.
stray_marks service::marks_of_strays() {
    if (machine_.main_alive)
        if (auto user = real_user_of(main_pid_)) stray_user_ = *user;
    return {texts_.path, stray_user_, stray_session_, stray_since_, 0};
}

// While the tree is to be emptied: kills what is there, and tells the machine when nothing is.
void service::check_cleared() {
    while (clearing_ != clearing::no && !exit_code_) {
        if (clearing_ == clearing::leave) {
            clearing_ = clearing::no;
            feed({event_kind::cleared});
            continue;
        }
        if (!childless_) {
            siginfo_t info{};
            childless_ = ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 && errno == ECHILD;
        }
        if (cgroup_ && !cgroup_.empty()) (void)cgroup_.kill();
        std::size_t left = 0;
        if (machine_.main_alive && !main_is_child_) { // adopted: first of all, or it makes new ones for ever
            if (!signal_main(SIGKILL)) look_again_at_ = now_ + incomplete_look_ms;
            ++left;
        }
        if (!childless_) {
            auto killed = signal_children(SIGKILL, {});
            // None, and yet not childless: no SIGCHLD will tell of them.
            if (!killed || *killed == 0) look_again_at_ = now_ + incomplete_look_ms;
            if (killed && *killed > 0 && !machine_.main_alive && !killed_leftovers_) {
                killed_leftovers_ = true;
                if (settings_.kind == service_kind::process && !machine_.stop_sent &&
                    WIFEXITED(machine_.wait_status) && WEXITSTATUS(machine_.wait_status) == 0)
                    log_.say(level::warning,
                             "run has exited 0 and left processes behind; they are killed (see `forking` if "
                             "it is a daemon that goes into the background, `leftovers` if they may stay)");
            }
            ++left;
        }
        if (have_strays_) {
            stray_census found = strays(SIGKILL);
            left += found.count + (found.incomplete ? 1 : 0);
            if (found.count > 0 || found.incomplete)
                look_again_at_ = now_ + (found.incomplete ? incomplete_look_ms : stray_look_ms);
        }
        if (left > 0) return;
        clearing_ = clearing::no;
        have_strays_ = killed_leftovers_ = false;
        close_run();
        feed({event_kind::cleared});
    }
}

// forking: run has exited 0. Who is the daemon?
void service::find_main() {
    if (settings_.pid_file.view().empty()) {
        if (take_oldest()) {
            guessed_at_ = now_;
            return feed({event_kind::main_found});
        }
    } else {
        std::array<char, 64> buffer;
        // The service's own user may have written it, so it is opened with care, and what it says is only looked at.
        auto file = chainload::open_at(AT_FDCWD, settings_.pid_file.c_str(), O_RDONLY | chainload::wary);
        auto text = file ? chainload::read_whole(file->get(), buffer) : file.why();
        auto pid =
            text ? chainload::parse_number<std::uint32_t>(chainload::trim_blanks(*text)) : std::nullopt;
        if (pid && *pid > 1 && take_main(static_cast<pid_t>(*pid))) return feed({event_kind::main_found});
    }
    if (!childless_) {
        siginfo_t info{};
        childless_ = ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 && errno == ECHILD;
    }
    stray_census left;
    if (have_strays_) left = strays(0);
    if (childless_ && left.count == 0 && !left.incomplete) {
        log_.say(level::warning,
                 "run has exited 0 and left no process behind: there is no daemon to supervise "
                 "(no `forking` for a program that stays in the foreground)");
        feed({event_kind::main_lost});
    }
}

bool service::take_oldest() {
    auto oldest = oldest_child(assistants_);
    if (!oldest && have_strays_)
        if (stray_census census = strays(0); census.count > 0) oldest = census.oldest;
    return oldest && take_main(*oldest);
}

// Makes `pid` the main process if it belongs to this service. A descendant that is not a child is followed through
// a pidfd.
bool service::take_main(pid_t pid) {
    if (pid == main_pid_ && machine_.main_alive) return true;
    auto stat = chainload::read_process_stat(pid);
    if (!stat || stat->state == 'Z') return false;
    bool child = stat->parent == ::getpid();
    unique_fd pidfd;
    if (!child) {
        auto opened = chainload::open_process(pid, stat->start);
        if (!opened) return false;
        pidfd = std::move(*opened);
        // Asked last: the pid belongs to that process as long as it lives, and to nobody else's before it has ended.
        if (!is_descendant(pid) && !(have_strays_ && is_stray(marks_of_strays(), pid))) return false;
        if (auto now = chainload::read_process_stat(pid); !now || now->start != stat->start) return false;
    }
    main_pid_ = pid;
    main_start_ = stat->start;
    main_is_child_ = child;
    main_pidfd_ = std::move(pidfd);
    main_seen_dead_ = false;
    changed_ = chainload::tai64n_now();
    publish_wanted_ = true;
    if (have_strays_ && settings_.notification_fd >= 0) reopen_ready_pipe();
    return true;
}

} // namespace reeve::supervise
