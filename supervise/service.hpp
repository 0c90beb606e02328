// The shell around the machine: descriptors, children, the record on disk, the loop.
//
// Invariants: one thread; all signals stay blocked and come through the signalfd; after start-up no heap; while
// nothing happens, nothing wakes it. The record on disk names the main process before that process runs its
// program: whatever kills supervise, its successor knows whom to adopt.
#pragma once

#include "chainload/message.hpp"
#include "chainload/process.hpp"
#include "chainload/spawn.hpp"
#include "chainload/text.hpp"
#include "chainload/unique_fd.hpp"
#include "supervise/cgroup.hpp"
#include "supervise/death.hpp"
#include "supervise/environment.hpp"
#include "supervise/fd_store.hpp"
#include "supervise/layout.hpp"
#include "supervise/machine.hpp"
#include "supervise/notify_socket.hpp"
#include "supervise/process_tree.hpp"
#include "supervise/settings_reader.hpp"
#include "supervise/start_env.hpp"
#include "supervise/state_directory.hpp"
#include "supervise/status_record.hpp"

#include <fcntl.h>
#include <optional>

namespace reeve::supervise {

// Texts that are built once, at start-up.
struct service_texts {
    char* name = nullptr;        // SERVICE=NAME
    char* directory = nullptr;   // SERVICE_DIR=/absolute/path
    char* instance = nullptr;    // INSTANCE=…, or null
    std::string_view service;    // NAME
    std::string_view path;       // /absolute/path
    std::string_view state_path; // the directory that holds supervise/: path, or that of -s
};

// The variables of one start.
struct start_texts {
    std::array<char, 64 * 1024> storage;
    std::array<start_variable, environment::start_variables> variables;
    chainload::text_buffer<64> watchdog_usec, watchdog_pid, listen_fds, listen_pid;
    chainload::text_buffer<most_stored_fds*(longest_fd_name + 1) + 32> listen_names;
};

// Room that most services never touch: it lies apart, so that its pages stay unmapped.
struct seldom_used {
    std::array<std::int64_t, most_counted_deaths> deaths;
    std::array<stored_fd, most_stored_fds> stored;
    alignas(start_texts) std::array<std::byte, sizeof(start_texts)> start;
};

// A program of the service that is not its main process.
enum class assistant : std::uint8_t { script, probe, hook };
inline constexpr std::size_t assistant_count = 3;

// The variable in which U hands over to the new image what lives in memory only.
inline constexpr std::string_view handover_name = "REEVE_SUPERVISE_HANDOVER";

// So long after it did not work, a file of supervise/ is tried once more.
inline constexpr std::int64_t publish_retry_ms = 5000;

class service {
public:
    struct options {
        tree_id tree{};
        bool wait_for_engine = false;
        bool is_logger = false;
        int state_at = AT_FDCWD;     // the directory that holds supervise/; not owned
        const char* self = nullptr;  // for U: the path of this program
        char* const* argv = nullptr; // and its arguments
    };

    service(const options& with, const service_texts& texts, seldom_used& room, environment& variables,
            chainload::messenger& log);

    // Opens what the loop needs, recovers what a predecessor left, or takes over from the image before U
    // (`inherited`: the value of handover_name; empty: none).
    chainload::result<void> open(std::string_view inherited);
    // Until x, X or a fatal end. The exit code.
    int run();

private:
    // service.cpp
    void feed(const event& what);
    void perform(const action& what);
    void turn();
    void read_signals();
    void read_control();
    void read_ready_pipe();
    void refresh_settings();
    void publish();
    void write_death();
    status_record compose(const machine& state) const;
    bool write_record(const packed_record& bytes);
    std::int64_t next_wakeup() const;

    // service_spawn.cpp
    struct program;
    void spawn_main();
    void spawn_script(const char* path, bool in_record);
    void spawn_assistant(assistant which, const char* path);
    chainload::result<pid_t> spawn(const program& what);
    chainload::result<chainload::unique_fd> prepare_run();
    void provide_variables(program& what);
    chainload::result<chainload::unique_fd> open_ready_pipe();
    void close_run();
    void explain_spawn_failure(const char* path, const chainload::failure& why);

    // service_reap.cpp
    void reap();
    void child_ended(pid_t pid, int status);
    void watch_adopted();
    void main_is_gone(int status);
    void adopted_is_gone(int status);
    void kill_assistant(assistant which);
    void check_cleared();
    void find_main();
    bool take_main(pid_t pid);
    bool take_oldest();
    bool is_middle_of_forks(int status) const;
    bool signal_main(int signal);
    void signal_stop(int signal);
    stray_census strays(int signal);

    // service_notify.cpp
    void read_notify();
    void heed(datagram& from);
    bool may_speak(pid_t sender);
    stray_marks marks_of_strays();

    // service_recovery.cpp
    void know_home();
    bool is_removed() const;
    void announce_again();
    void begin_afresh();
    void recall(const status_record& record);
    chainload::result<void> recover(const status_record& record);
    void adopt();
    void listen_to_adopted();
    void reopen_ready_pipe();
    void adopt_script(chainload::unique_fd pidfd, const status_record& record);
    void recall_last_death();
    void do_again(stage interrupted, const status_record& record);
    void upgrade();
    chainload::result<void> take_over(std::string_view text);

    options options_;
    const service_texts& texts_;
    seldom_used& room_;
    environment& environment_;
    chainload::messenger& log_;
    settings settings_;
    settings_reader reader_;
    machine machine_;
    state_directory state_;
    chainload::unique_fd signals_;

    // The main process: `pidfd` if it is not our child.
    pid_t main_pid_ = 0;
    std::uint64_t main_start_ = 0;
    chainload::unique_fd main_pidfd_;
    bool main_is_child_ = false;
    bool main_seen_dead_ = false; // it has ended; its status is not to be had yet
    std::array<pid_t, assistant_count> assistants_{};
    std::uint64_t script_start_ = 0;
    bool script_adopted_ = false; // finish or stop was started by a predecessor; main_pidfd_ is its

    // What a predecessor's processes are recognised by, while there may be some.
    bool have_strays_ = false;
    uid_t stray_user_ = 0;
    pid_t stray_session_ = 0;
    std::uint64_t stray_since_ = 0;

    chainload::unique_fd ready_pipe_; // notification-fd: our end
    notify_socket notify_;
    run_cgroup cgroup_;

    chainload::tai64n changed_{}, ready_since_{};
    std::uint64_t readiness_seen_ = 0;
    std::uint64_t commands_ = 0;
    std::uint64_t self_start_ = 0;
    std::uint64_t home_ = 0; // inode of our lock
    chainload::text_buffer<status_text_bytes> status_text_;
    packed_record published_{};
    std::optional<death> unwritten_death_;
    std::int64_t retry_publish_at_ = 0; // monotonic ms; 0: the last write succeeded
    std::int64_t announce_at_ = 0;      // supervise/ok could not be opened
    std::int64_t listen_at_ = 0;        // supervise/notify of an adopted service could not be
    std::int64_t guessed_at_ = 0;       // when the main process of this run was taken without a pid file
    std::int64_t look_again_at_ = 0;    // strays to be killed, or a status to be waited for
    std::int64_t give_up_status_at_ = 0;
    std::int64_t now_ = 0;
    chainload::bit_set<256> unknown_letters_;
    enum class clearing : std::uint8_t { no, kill, leave } clearing_ = clearing::no;
    bool childless_ = false; // known to have no child
    bool publish_wanted_ = true;
    bool upgrade_due_ = false;
    bool went_deep_ = true; // since the stack was last given back
    bool child_could_not_publish_ = false;
    bool publish_failing_ = false; // said once, until it succeeds
    bool killed_leftovers_ = false;
    bool stranger_reported_ = false, garbage_reported_ = false; // on the notify socket: said once a run
    std::optional<int> exit_code_;
    bool orderly_exit_ = false; // the record then says that nobody supervises

    fd_store store_;
    death_tally tally_;
};

} // namespace reeve::supervise
