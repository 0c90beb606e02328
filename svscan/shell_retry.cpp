// What svscan could not do at first, for want of descriptors, memory or room on the disk: it is tried again after 1 s,
// and then at growing intervals up to a minute, as long as anything is left to try. Until then the tree runs on without.
#include "chainload/clock.hpp"
#include "chainload/file.hpp"
#include "supervise/control.hpp"
#include "svscan/log.hpp"
#include "svscan/shell.hpp"
#include "svscan/tree_file.hpp"

#include <algorithm>
#include <sys/stat.h>

namespace reeve::svscan {

namespace {
constexpr moment first_retry_ms = 1000, longest_retry_ms = 60000;
}

// Without it the next svscan would take this tree for another one's.
void shell::write_tree_file() {
    auto written =
        chainload::replace_file(places_.own(), "tree", "tree.new", format_tree_file({tree_id_, boot_}), 0644);
    tree_unwritten_ = !written;
    if (written) return;
    say(severity::error, ".svscan/tree: " + unable(written.why()) + "; tried again");
    try_again_later();
}

void shell::listen_to_control() {
    if (::mknodat(places_.own(), "control", S_IFIFO | 0600, 0) < 0 && errno != EEXIST)
        say(severity::error, unable(chainload::failed("create .svscan/control")));
    auto control = supervise::open_fifo(places_.own(), "control", O_RDWR, "open .svscan/control");
    if (control) control_ = std::move(*control);
    control_unread_ = !control || !loop_.add(control_.get(), [this] { read_control(); });
    if (!control_unread_) return;
    say(severity::error,
        (control ? "unable to listen to .svscan/control" : unable(control.why())) + "; tried again");
    try_again_later();
}

void shell::watch_names() {
    auto opened = watcher_.open();
    names_unwatched_ = !opened || !loop_.add(watcher_.fd(), [this] { watcher_.read(*this); });
    if (!names_unwatched_) return;
    say(severity::warning,
        (opened ? "unable to listen to inotify" : unable(opened.why())) +
            "; until that is possible changes are seen only at a rescan (signal HUP, option -t)");
    try_again_later();
}

void shell::try_again_later() {
    if (retry_ms_) return;
    retry_ms_ = first_retry_ms;
    loop_.set(timer::retry, chainload::monotonic_ms() + first_retry_ms, [this] { try_again(); });
}

void shell::try_again() {
    moment next = std::min(*retry_ms_ * 2, longest_retry_ms);
    if (tree_unwritten_) write_tree_file();
    if (control_unread_) listen_to_control();
    if (names_unwatched_) {
        watch_names();
        names_unread_ = names_unread_ || !names_unwatched_; // what has changed before the watch was there
    }
    for (const std::string& name : std::set<std::string>(unwatched_))
        if (watcher_.watch(name, false)) {
            unwatched_.erase(name);
            feed(svscan::touched{name});
        }
    for (supervisor_id who : std::exchange(unwatched_processes_, {}))
        if (who.service < links_.size() && pidfd_of(who) >= 0) listen_to_process(who);
    for (const auto& [pid, what] : std::exchange(untold_, {}))
        if (tree_.is_used(what.who.service) && tree_.pid_of(what.who) == pid) perform(what);
    if (std::exchange(names_unread_, false)) scan(false, false);
    retry_ms_.reset();
    bool nothing_left = !tree_unwritten_ && !control_unread_ && !names_unwatched_ && !names_unread_ &&
                        unwatched_.empty() && unwatched_processes_.empty() && untold_.empty();
    if (nothing_left) return;
    retry_ms_ = next;
    loop_.set(timer::retry, chainload::monotonic_ms() + next, [this] { try_again(); });
}

} // namespace reeve::svscan
