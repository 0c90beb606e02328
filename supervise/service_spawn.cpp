// Starting the programs of the service.
#include "supervise/service.hpp"

#include "chainload/clock.hpp"
#include "chainload/exec_failure.hpp"
#include "chainload/file.hpp"
#include "chainload/place_descriptors.hpp"
#include "chainload/signals.hpp"
#include "supervise/layout.hpp"
#include "supervise/start_env.hpp"

#include <algorithm>
#include <alloca.h>
#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

namespace reeve::supervise {

using chainload::failed;
using chainload::failure;
using chainload::level;
using chainload::result;
using chainload::text_buffer;
using chainload::unique_fd;

namespace {
// The start time of the calling process, which was forked at `before` ticks or later: the clock tells without a
// system call, unless a tick has just passed in between.
std::uint64_t own_start(std::uint64_t before) {
    if (chainload::boot_ticks() == before) return before;
    auto self = chainload::read_process_stat(0);
    return self ? self->start : before;
}
} // namespace

struct service::program {
    char* const* argv;
    program_environment& variables;
    packed_record* record = nullptr; // published by the child, with its pid, before it execs
    bool in_cgroup = true;
    bool main = false; // gets notification-fd and the stored descriptors
    int ready_fd = -1;
    text_buffer<64>* pid_texts[2] = {nullptr, nullptr}; // to be completed with the child's pid
};

result<pid_t> service::spawn(const program& what) {
    std::array<chainload::placement, most_stored_fds + 1> placements;
    std::size_t placed = 0;
    if (what.main) {
        for (; placed < store_.size(); ++placed)
            placements[placed] = {store_.fd(placed), 3 + static_cast<int>(placed)};
        if (what.ready_fd >= 0) placements[placed++] = {what.ready_fd, settings_.notification_fd};
    }
    bool could_not_publish = false;
    std::uint64_t child_start = 0;
    std::uint64_t before = chainload::boot_ticks();
    auto child = [&]() -> failure {
        // The place comes before the record: whoever reads the record finds the process where it belongs.
        if (what.in_cgroup && cgroup_ && cgroup_.procs() >= 0 && ::write(cgroup_.procs(), "0", 1) != 1)
            return failed("join the cgroup");
        ::setsid();
        pid_t self = ::getpid();
        for (auto* text : what.pid_texts)
            if (text != nullptr) text->add(self);
        if (what.record != nullptr) {
            child_start = own_start(before);
            changed_ = chainload::tai64n_now();
            stamp_main_process(*what.record, static_cast<std::uint32_t>(self), child_start, changed_);
            could_not_publish = !write_record(*what.record);
        }
        if (placed > 0) {
            auto done = chainload::place_descriptors(std::span(placements).first(placed));
            if (!done) return done.why();
        }
        chainload::unblock_all_signals();
        ::execve(what.argv[0], what.argv, what.variables.get());
        return failed("run");
    };
    auto pid = chainload::spawn_child(child);
    childless_ = false;
    went_deep_ = true;
    if (!pid) return pid;
    if (what.record != nullptr && child_start == 0) {
        // What the child did has not come back: to valgrind and to emulators vfork is a fork.
        if (auto started = chainload::read_process_stat(*pid)) child_start = started->start;
        changed_ = chainload::tai64n_now();
    }
    if (what.record != nullptr) {
        child_could_not_publish_ = could_not_publish;
        (what.main ? main_start_ : script_start_) = child_start;
    }
    return pid;
}

// What a run needs before it exists: cgroup, notify socket, and the service's end of the readiness pipe, which is the
// result. A service that could never say that it is ready is not started; that is tried again.
result<unique_fd> service::prepare_run() {
    status_text_.clear();
    stranger_reported_ = garbage_reported_ = false;
    if (settings_.has_cgroup) {
        (void)cgroup_.remove();
        auto made = cgroup_.create(AT_FDCWD, texts_.service, log_);
        if (!made) log_.unable(level::warning, made.why(), "(the service runs in supervise's own cgroup)");
    }
    if (settings_.has_notify_socket()) {
        auto opened = notify_.open(options_.state_at, texts_.state_path);
        if (!opened) return opened.why();
    }
    return settings_.notification_fd >= 0 ? open_ready_pipe() : unique_fd();
}

void service::close_run() {
    ready_pipe_.reset();
    notify_.close();
    listen_at_ = 0;
    if (cgroup_) (void)cgroup_.remove();
}

// The variables of this start: what the settings ask for, the stored descriptors, and start-env, which is used up.
void service::provide_variables(program& what) {
    auto texts = [&, made = static_cast<start_texts*>(nullptr)]() mutable -> start_texts& {
        if (made == nullptr) made = ::new (room_.start.data()) start_texts;
        return *made;
    };
    auto use = [&](text_buffer<64>& text, std::string_view name) -> text_buffer<64>& {
        text.clear();
        return text.add(name).add('=');
    };
    if (notify_.fd() >= 0) {
        what.variables.set(notify_.assignment());
        if (settings_.watchdog != 0) {
            what.variables.set(
                use(texts().watchdog_usec, "WATCHDOG_USEC").add(settings_.watchdog * 1000).data());
            what.pid_texts[0] = &use(texts().watchdog_pid, "WATCHDOG_PID");
            what.variables.set(texts().watchdog_pid.data());
        }
    }
    if (store_.size() > 0) {
        what.variables.set(use(texts().listen_fds, "LISTEN_FDS").add(store_.size()).data());
        what.pid_texts[1] = &use(texts().listen_pid, "LISTEN_PID");
        what.variables.set(texts().listen_pid.data());
        texts().listen_names.clear();
        texts().listen_names.add("LISTEN_FDNAMES=");
        for (std::size_t at = 0; at < store_.size(); ++at)
            texts().listen_names.add(at == 0 ? "" : ":").add(store_.name(at));
        what.variables.set(texts().listen_names.data());
    }
    if (::faccessat(options_.state_at, path::start_env, F_OK, 0) == 0) {
        auto count = read_start_env(options_.state_at, texts().storage, texts().variables);
        if (!count) log_.unable(level::warning, count.why(), "of supervise/start-env (left out)");
        for (std::size_t at = 0; count && at < *count; ++at) {
            if (texts().variables[at].unset)
                what.variables.unset(texts().variables[at].assignment);
            else
                what.variables.set(const_cast<char*>(texts().variables[at].assignment));
        }
        if (auto removed = remove_start_env(options_.state_at); !removed)
            log_.unable(level::warning, removed.why());
    }
}

// notification-fd: our end is kept, the service's is the result. That one has both directions: so the pipe always has
// a reader, and a service that becomes ready while no supervise is there is not ended by SIGPIPE.
result<unique_fd> service::open_ready_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) return failed("make the readiness pipe");
    ready_pipe_.reset(ends[0]);
    unique_fd writer(ends[1]);
    text_buffer<40> path_of_pipe("/proc/self/fd/", writer.get());
    if (auto both = chainload::open_at(AT_FDCWD, path_of_pipe.c_str(), O_RDWR, 0)) return both;
    return writer;
}

void service::spawn_main() {
    bool oneshot = settings_.kind == service_kind::oneshot;
    const char* path = oneshot ? "./start" : "./run";
    if (settings_.kind == service_kind::incomplete) {
        log_.say(level::warning, "there is neither run nor start nor target: nothing to start");
        return feed({event_kind::start_failed});
    }
    close_run();
    guessed_at_ = 0;
    auto writer = prepare_run();
    if (!writer) {
        log_.unable(level::warning, writer.why());
        return feed({event_kind::start_failed});
    }
    std::size_t slots = program_environment::slots_for(environment_);
    program_environment variables({static_cast<char**>(alloca(slots * sizeof(char*))), slots}, environment_);
    program what{nullptr, variables};
    what.main = true;
    provide_variables(what);
    what.ready_fd = writer->get();

    // The record as it will be if the exec succeeds: the child completes and publishes it.
    machine after = machine_;
    action_list unused;
    bool was_child = std::exchange(main_is_child_, true);
    step(after, settings_, {event_kind::started}, now_, unused);
    packed_record record = pack(compose(after));
    what.record = &record;

    char* argv[] = {const_cast<char*>(path), nullptr};
    what.argv = argv;
    auto pid = spawn(what);
    if (!pid) {
        main_is_child_ = was_child;
        explain_spawn_failure(path, pid.why());
        close_run();
        publish_wanted_ = true;
        return feed({event_kind::start_failed});
    }
    main_pid_ = *pid;
    main_pidfd_.reset();
    main_seen_dead_ = false;
    feed({event_kind::started});
    if (machine_.is_ready()) ready_since_ = changed_; // as in the record that the child has published
}

void service::spawn_script(const char* path, bool in_record) {
    std::size_t slots = program_environment::slots_for(environment_);
    program_environment variables({static_cast<char**>(alloca(slots * sizeof(char*))), slots}, environment_);
    text_buffer<32> code, signal, pid_text, outcome("SERVICE_RESULT=");
    char* argv[6] = {const_cast<char*>(path)};
    int status = machine_.wait_status;
    if (in_record) {
        outcome.add(name_of(machine_.last_cause == cause::none ? cause::exited : machine_.last_cause));
        variables.set(outcome.data());
    }
    if (machine_.at == stage::finishing) {
        if (WIFEXITED(status))
            code.add(WEXITSTATUS(status));
        else
            code.add("-1");
        signal.add(WIFSIGNALED(status) ? WTERMSIG(status) : 0);
        pid_text.add(main_pid_);
        argv[1] = code.data();
        argv[2] = signal.data();
        argv[3] = const_cast<char*>(texts_.service.data());
        argv[4] = pid_text.data();
    }
    packed_record record;
    program what{argv, variables};
    what.in_cgroup = false;
    if (in_record) {
        record = pack(compose(machine_));
        what.record = &record;
    }
    auto pid = spawn(what);
    if (!pid) {
        explain_spawn_failure(path, pid.why());
        publish_wanted_ = true;
        return feed({event_kind::start_failed});
    }
    assistants_[static_cast<std::size_t>(assistant::script)] = *pid;
}

void service::spawn_assistant(assistant which, const char* path) {
    std::size_t slots = program_environment::slots_for(environment_);
    program_environment variables({static_cast<char**>(alloca(slots * sizeof(char*))), slots}, environment_);
    text_buffer<32> main_pid("MAINPID=");
    main_pid.add(main_pid_);
    variables.set(main_pid.data());
    char* argv[] = {const_cast<char*>(path), nullptr};
    program what{argv, variables};
    what.in_cgroup = false;
    auto pid = spawn(what);
    if (!pid) {
        explain_spawn_failure(path, pid.why());
        // As if it had run and said no.
        constexpr int exited_127 = 127 << 8;
        return feed(
            {which == assistant::probe ? event_kind::probe_ended : event_kind::hook_ended, exited_127});
    }
    assistants_[static_cast<std::size_t>(which)] = *pid;
}

void service::explain_spawn_failure(const char* path, const failure& why) {
    std::string_view name(path);
    name.remove_prefix(2); // "./"
    if (std::string_view(why.step) != "run") return log_.unable(level::warning, why, name);
    text_buffer<64> step("unable to run ");
    step.add(name).add(": ");
    log_.say(level::warning, step.view(), chainload::explain_exec_failure(AT_FDCWD, path, why.error).view());
}

} // namespace reeve::supervise
