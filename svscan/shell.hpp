// The thin shell around the tree (tree.hpp): turns what the loop reports into events and actions into system calls.
// It owns every descriptor and every child. Nothing that fails here ends svscan; it is said, and tried again when
// the tree says so.
#pragma once

#include "svscan/adoption.hpp"
#include "svscan/handover.hpp"
#include "svscan/loop.hpp"
#include "svscan/places.hpp"
#include "svscan/starter.hpp"
#include "svscan/tree.hpp"
#include "svscan/watcher.hpp"

#include <optional>
#include <set>
#include <string>
#include <unordered_map>

namespace reeve::svscan {

struct shell_options {
    moment rescan_ms = 0; // 0: no periodic rescan
    std::size_t most_services = SIZE_MAX;
};

// Why svscan ends.
struct departure {
    bool finish = false;  // the tree was stopped
    bool upgrade = false; // to be exec'd again; `handed` says what it hands over
    int exit_code = 0;
    std::string handed;
};

class shell : watcher::listener {
public:
    shell(places where, chainload::unique_fd lock, shell_options options);
    ~shell() override;

    // Before run: what an earlier svscan left is taken over and the scan directory is read, or everything comes
    // from the svscan that became this one.
    void begin();
    void begin(const handover& from);
    departure run();

    const starter& programs() const { return starter_; }
    // Descriptors of a handover lose close-on-exec before the exec, and get it back should that fail.
    void keep_over_exec(bool keep);

private:
    struct links { // of one service
        chainload::unique_fd main_control, logger_control, pipe_read, pipe_write;
        int main_pidfd = -1, logger_pidfd = -1; // of supervises that are not our children
        bool main_aside = false, logger_aside = false, writer_closed = false;
    };

    // shell.cpp: events in, actions out
    void feed(const event& what);
    void drain();
    void set_timer();
    void perform(const action::start& what);
    void perform(const action::tell& what);
    void perform(const action::forget& what);
    void perform(const action::close_writer& what);
    void perform(const action::release& what);
    void perform(const action::look& what);
    void perform(const action::watch& what);
    void perform(const action::unwatch& what);
    void perform(const action::rescan& what);
    void perform(const action::run_stop_script& what);
    void perform(const action::kill_stop_script& what);
    void perform(const action::end_orphans& what);
    void perform(const action::leave& what);
    void perform(const action::upgrade& what);
    void perform(const action::say& what);

    // shell_input.cpp: what svscan listens to
    void listen();
    void read_control();
    void read_signals();
    void run_signal_script(int number);
    void appeared(const char* name, bool whole) override;
    void disappeared(const char* name) override;
    void touched(const std::string& name) override;
    void overflowed() override;
    void scan(bool prune, bool first);
    void rescan_later();

    // shell_start.cpp: supervises and their descriptors
    links& links_of(service_number number);
    chainload::unique_fd& control_of(supervisor_id who);
    int& pidfd_of(supervisor_id who);
    place place_of(supervisor_id who);

    // leftovers.cpp: services whose directory was renamed or removed, and whose supervise is gone
    bool find_moved(service_number which);
    void end_leftovers(std::string_view name);
    // lost_supervises.cpp
    void adopt_lost_ones(const std::set<pid_t>& known);
    void adopt_lost(const std::string& name, found_supervisor& main, found_supervisor& logger);

    chainload::result<pid_t> start(supervisor_id who);
    chainload::result<void> prepare(supervisor_id who);
    void reach(supervisor_id who, pid_t supervise);
    chainload::result<chainload::unique_fd> keep_reserve(chainload::unique_fd fd, const char* step);
    void watch_process(supervisor_id who, chainload::unique_fd process);
    void listen_to_process(supervisor_id who);

    // shell_children.cpp: who has ended
    void reap();
    bool sweep();
    void look_again_soon();
    chainload::result<std::vector<pid_t>> children() const;
    bool is_zombie(pid_t pid) const;
    void reap_known(pid_t pid);
    void supervise_ended(supervisor_id who, std::optional<int> status);
    bool take_over_rival(supervisor_id who);
    void connect_rival(supervisor_id who);
    bool is_awaited(pid_t pid);
    bool is_unsettled_main(pid_t pid);
    void reap_or_keep(pid_t orphan);
    void check_kept();
    void signal_orphans();

    // shell_takeover.cpp
    bool take_over(const supervise::tree_id& id);
    ino_t pipe_of_catch_all();
    void adopt(const char* name, const sight& what, found_supervisor main, found_supervisor logger);
    void new_tree();
    std::string describe() const;

    // shell_retry.cpp: what could not be done at first
    void write_tree_file();
    void listen_to_control();
    void watch_names();
    void try_again_later();
    void try_again();
    void restore(const handed_service& one);

    places places_;
    chainload::unique_fd lock_, control_, signals_;
    std::int64_t listening_since_ms_ = 0; // by the clock of filesystems
    shell_options options_;
    starter starter_;
    watcher watcher_;
    loop loop_;
    tree tree_;
    supervise::tree_id tree_id_{};
    std::optional<supervise::tree_id>
        previous_id_; // of this directory and boot, with nothing alive at the start

    std::vector<links> links_;
    std::unordered_map<service_number, std::string>
        moved_;                                     // where the directories of leaving services are now
    std::unordered_map<pid_t, supervisor_id> pids_; // supervises that are our children
    action_list pending_;
    bool draining_ = false;
    std::optional<moment> timer_at_;
    std::optional<departure> departure_;
    bool aside_reported_ = false;
    std::string boot_;
    bool tree_unwritten_ = false, names_unread_ = false, control_unread_ = false, names_unwatched_ = false;
    std::set<std::string> unwatched_;                    // names
    std::vector<supervisor_id> unwatched_processes_;     // their pidfds are in links
    std::vector<std::pair<pid_t, action::tell>> untold_; // and to which process
    std::optional<moment> retry_ms_; // between two attempts at these, while there is anything to try

    pid_t stop_script_ = 0;
    std::set<pid_t> foreign_; // children that were there before us
    // Main processes of services whose supervise was killed: not to be reaped before the next one has seen them.
    std::unordered_map<pid_t, supervisor_id> awaited_;
    // Whose supervise was killed, as long as the next one is not known to have looked: a start that was under way may
    // bring its main process on record only later.
    std::vector<supervisor_id> unsettled_;
    std::map<pid_t, moment> kept_; // zombies among those, and when we give up
    int orphan_signal_ = 0;        // not 0: the tree is over, what is left is being ended
    std::set<pid_t> signalled_;
};

} // namespace reeve::svscan
