// Children end: supervises, scripts, and orphans, which are what a killed supervise left to us as subreaper.
//
// An orphan that a status record names as its service's main process must not be reaped before the next supervise
// has opened its pidfd, or its end would never be known. A new supervise has done so when its own pid is in the
// record. Meanwhile the zombie is kept; waitid(P_ALL) would show it again and again and hide all others, so then
// the children are gone through one by one.
#include "chainload/clock.hpp"
#include "chainload/process.hpp"
#include "chainload/signals.hpp"
#include "svscan/log.hpp"
#include "svscan/shell.hpp"

#include <algorithm>
#include <csignal>
#include <sys/ioctl.h>
#include <sys/wait.h>

namespace reeve::svscan {

namespace {
constexpr moment look_at_kept_ms = 2, keep_at_most_ms = 10000, look_again_ms = 100;

std::string describe_end(std::optional<int> status) {
    if (!status) return "ended";
    if (WIFSIGNALED(*status)) {
        auto name = chainload::signal_name(WTERMSIG(*status));
        return "killed by " +
               (name.empty() ? "signal " + std::to_string(WTERMSIG(*status)) : std::string(name));
    }
    return "exited " + std::to_string(WEXITSTATUS(*status));
}
} // namespace

void shell::reap() {
    while (kept_.empty()) {
        siginfo_t info{};
        int done = ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0 || info.si_pid == 0) break;
        if (pids_.contains(info.si_pid) || info.si_pid == stop_script_)
            reap_known(info.si_pid);
        else if (!sweep())
            break;
    }
    if (!kept_.empty()) (void)sweep();
    if (orphan_signal_ != 0 && !departure_) signal_orphans();
}

chainload::result<std::vector<pid_t>> shell::children() const {
    std::vector<pid_t> all(pids_.size() + 256);
    for (;;) {
        auto count = chainload::read_children(0, all);
        if (!count) return count.why();
        if (*count == all.size()) {
            all.resize(all.size() * 2);
            continue;
        }
        all.resize(*count);
        return all;
    }
}

bool shell::is_zombie(pid_t pid) const {
    siginfo_t info{};
    int done;
    do done = ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT);
    while (done < 0 && errno == EINTR);
    return done == 0 && info.si_pid == pid;
}

// All that has ended: first those we know, because a dead supervise's record says which orphans matter.
// False if they cannot be listed: then it is done again soon.
bool shell::sweep() {
    auto listed = children();
    if (!listed) {
        look_again_soon();
        return false;
    }
    const auto& all = *listed;
    for (pid_t pid : all)
        if ((pids_.contains(pid) || pid == stop_script_) && is_zombie(pid)) reap_known(pid);
    for (pid_t pid : all)
        if (!pids_.contains(pid) && pid != stop_script_ && !kept_.contains(pid) && is_zombie(pid))
            reap_or_keep(pid);
    return true;
}

void shell::look_again_soon() {
    if (kept_.empty()) // else they are looked at every few milliseconds, and all others after them
        loop_.set(timer::zombies, chainload::monotonic_ms() + look_again_ms, [this] { check_kept(); });
}

void shell::reap_known(pid_t pid) {
    int status = 0;
    if (::waitpid(pid, &status, WNOHANG) != pid) return;
    if (pid == stop_script_) {
        stop_script_ = 0;
        feed(stop_script_ended{});
        return;
    }
    supervisor_id who = pids_[pid];
    pids_.erase(pid);
    supervise_ended(who, status);
}

void shell::supervise_ended(supervisor_id who, std::optional<int> status) {
    place where = place_of(who);
    bool orderly = status && WIFEXITED(*status) && WEXITSTATUS(*status) == 0;
    bool reachable = true;
    if (!orderly) {
        auto seen = places_.look(path_text(where.name).c_str()).what;
        reachable = where.catch_all() || seen.id == tree_.identity_of(who.service) ||
                    seen.kind == sight_kind::unreadable;
        auto record = reachable ? places_.read_record(where)
                                : chainload::result<supervise::status_record>(chainload::failure{ENOENT, ""});
        if (record && !status) orderly = record->supervise_pid == 0;
        if (!record && !status && tree_.is_leaving(who.service))
            orderly = true; // as it was told, as far as we know
        if (!orderly && record && record->pid != 0 && record->tree == tree_id_)
            awaited_[static_cast<pid_t>(record->pid)] = who;
        if (!orderly && std::find(unsettled_.begin(), unsettled_.end(), who) == unsettled_.end())
            unsettled_.push_back(who);
        if (!orderly && !reachable && who.which == side::main && tree_.is_leaving(who.service))
            end_leftovers(where.name);
    }
    // 111 and 100 are told at the start only; what an earlier supervise left is as it was.
    bool not_started =
        status && WIFEXITED(*status) && (WEXITSTATUS(*status) == 111 || WEXITSTATUS(*status) == 100);
    if (not_started && take_over_rival(who)) return;
    ending kind = orderly ? ending::orderly : not_started ? ending::not_started : ending::killed;
    int unread = 0;
    const auto& pipe = links_of(who.service).pipe_read;
    bool undrained =
        who.which == side::logger && pipe && ::ioctl(pipe.get(), FIONREAD, &unread) == 0 && unread > 0;
    feed(ended{who, kind, reachable, describe_end(status), undrained});
}

// A supervise that could not start may have found one there that a killed svscan started in its last moments, too
// late for begin() to see. One of this tree is taken over; one of an earlier tree is stopped and then replaced.
bool shell::take_over_rival(supervisor_id who) {
    place where = place_of(who);
    std::string name(places_.definition_of(where).view());
    auto rival = find_supervisor(places_, where, tree_id_);
    if (rival.pid != 0 && !pids_.contains(rival.pid)) {
        say(severity::info, name + ": took over a running supervise");
        feed(started{who, rival.pid});
        if (rival.is_child)
            pids_[rival.pid] = who;
        else
            watch_process(who, std::move(rival.process));
        connect_rival(who);
        return true;
    }
    if (previous_id_ && find_supervisor(places_, where, *previous_id_).pid != 0) {
        say(severity::warning, name + ": a supervise of an earlier tree runs there; told to stop");
        perform(action::tell{who, "dx"});
    }
    return false;
}

// The pipe that the rival has is the one of the pair, not a new one that was made meanwhile.
void shell::connect_rival(supervisor_id who) {
    links& its = links_of(who.service);
    bool catch_all = tree_.is_catch_all(who.service);
    if (its.writer_closed || (!tree_.has_logger(who.service) && !catch_all)) return;
    place main = place_of({who.service, side::main}), logger = place_of({who.service, side::logger});
    auto ends = catch_all ? take_back_pipe({}, find_supervisor(places_, main, tree_id_))
                          : take_back_pipe(find_supervisor(places_, main, tree_id_),
                                           find_supervisor(places_, logger, tree_id_));
    if (!ends) return;
    its.pipe_read = std::move(ends->read);
    its.pipe_write = std::move(ends->write);
    if (ends->logger_elsewhere) perform(action::tell{{who.service, side::logger}, "dx"});
}

// Whether this orphan is a main process that no supervise has taken over yet.
bool shell::is_awaited(pid_t pid) {
    auto known = awaited_.find(pid);
    if (known == awaited_.end()) return is_unsettled_main(pid);
    supervisor_id who = known->second;
    if (tree_.is_used(who.service)) {
        auto record = places_.read_record(place_of(who));
        bool adopted = record && record->supervise_pid != 0 &&
                       static_cast<pid_t>(record->supervise_pid) == tree_.pid_of(who);
        bool recorded = record && static_cast<pid_t>(record->pid) == pid;
        if (record && recorded && !adopted) return true;
    }
    awaited_.erase(known);
    return false;
}

// The same for one that came on record after its supervise had been killed.
bool shell::is_unsettled_main(pid_t pid) {
    bool found = false;
    std::erase_if(unsettled_, [&](supervisor_id who) {
        if (!tree_.is_used(who.service)) return true;
        auto record = places_.read_record(place_of(who));
        pid_t supervise = tree_.pid_of(who);
        bool settled = record && supervise != 0 && static_cast<pid_t>(record->supervise_pid) == supervise;
        if (!settled && record && record->tree == tree_id_ && static_cast<pid_t>(record->pid) == pid) {
            awaited_[pid] = who;
            found = true;
        }
        return settled;
    });
    return found;
}

void shell::reap_or_keep(pid_t orphan) {
    if (!is_awaited(orphan)) {
        ::waitpid(orphan, nullptr, WNOHANG);
        foreign_.erase(orphan);
        return;
    }
    moment now = chainload::monotonic_ms();
    kept_.emplace(orphan, now + keep_at_most_ms);
    loop_.set(timer::zombies, now + look_at_kept_ms, [this] { check_kept(); });
}

void shell::check_kept() {
    moment now = chainload::monotonic_ms();
    std::erase_if(kept_, [&](const auto& entry) {
        if (now < entry.second && is_awaited(entry.first)) return false;
        awaited_.erase(entry.first);
        ::waitpid(entry.first, nullptr, WNOHANG);
        return true;
    });
    if (!kept_.empty())
        loop_.set(timer::zombies, now + look_at_kept_ms, [this] { check_kept(); });
    else
        reap(); // what the kept ones hid
}

// The end of a stopped tree: what killed supervises left is signalled, each process once, until nothing is left.
void shell::signal_orphans() {
    bool left = false;
    auto all = children();
    if (!all) return look_again_soon();
    for (pid_t pid : *all) {
        if (pids_.contains(pid) || (foreign_.contains(pid) && ::getpid() != 1)) continue;
        left = true;
        if (!signalled_.insert(pid).second) continue;
        ::kill(pid, orphan_signal_); // our unreaped child: the pid cannot be another's
        ::kill(pid, SIGCONT);
    }
    if (left) return;
    orphan_signal_ = 0;
    feed(no_children{});
}

} // namespace reeve::svscan
