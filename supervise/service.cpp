#include "supervise/service.hpp"

#include "chainload/clock.hpp"
#include "chainload/error_text.hpp"
#include "chainload/file.hpp"
#include "chainload/stack.hpp"
#include "supervise/layout.hpp"

#include <algorithm>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <utility>

namespace reeve::supervise {

using chainload::failed;
using chainload::level;
using chainload::result;

namespace {
constexpr std::size_t letters_per_turn = 256;
} // namespace

service::service(const options& with, const service_texts& texts, seldom_used& room, environment& variables,
                 chainload::messenger& log)
    : options_(with)
    , texts_(texts)
    , room_(room)
    , environment_(variables)
    , log_(log)
    , reader_(AT_FDCWD)
    , store_(room.stored)
    , tally_{room.deaths} {
    machine_.tally = &tally_;
    machine_.is_logger = with.is_logger;
}

result<void> service::open(std::string_view inherited) {
    now_ = chainload::monotonic_ms();
    machine_.random = static_cast<std::uint32_t>(::getpid()) * 2654435761u ^ static_cast<std::uint32_t>(now_);
    if (machine_.random == 0) machine_.random = 1;
    if (::prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) return failed("become subreaper");
    auto self = chainload::read_process_stat(0);
    if (!self) return self.why();
    self_start_ = self->start;

    sigset_t all;
    sigfillset(&all);
    signals_.reset(::signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!signals_) return failed("create signalfd");

    if (!inherited.empty()) return take_over(inherited);
    auto state = open_state_directory(options_.state_at);
    if (!state) return state.why();
    state_ = std::move(*state);
    if (state_.open_to_others)
        log_.say(level::warning,
                 "others may write to supervise/: they have all the rights that this service starts with");
    know_home();
    changed_ = chainload::tai64n_now();
    refresh_settings();
    auto record = read_status(options_.state_at);
    if (record && !record->foreign && record->tree == options_.tree && record->supervise_pid != 0) {
        if (auto recovered = recover(*record); !recovered) return recovered.why();
    } else {
        // What may be there and cannot be read may tell of a running service: it is not started a second time.
        if (!record && !is_no_record(record.why())) return record.why();
        if (!record && record.why().error != ENOENT)
            log_.unable(level::warning, record.why(), "(the service starts afresh)");
        begin_afresh();
    }
    // Whoever finds it supervised finds a record too.
    if (publish_wanted_) publish();
    announce_again();
    return {};
}

void service::announce_again() {
    auto announced = announce(options_.state_at, state_);
    if (!announced && announce_at_ == 0 && !is_removed())
        log_.unable(level::warning, announced.why(),
                    "(until that is possible clients take the service for unsupervised)");
    announce_at_ = announced ? 0 : now_ + publish_retry_ms;
}

// The service directory is. Nobody reads or misses what cannot be written there any more.
bool service::is_removed() const {
    struct stat directory {};
    return ::fstatat(options_.state_at, ".", &directory, 0) == 0 && directory.st_nlink == 0;
}

void service::know_home() {
    struct stat lock {};
    if (::fstat(state_.lock.get(), &lock) == 0) home_ = lock.st_ino;
}

int service::run() {
    for (;;) {
        check_cleared();
        write_death();
        if (publish_wanted_) publish();
        if (exit_code_) break;
        if (upgrade_due_) {
            upgrade_due_ = false;
            machine_.upgrade_wanted = !is_quiet(machine_);
            if (!machine_.upgrade_wanted) upgrade();
        }
        // A start goes deep. What it used of the stack would stay with every idle supervise for ever.
        if (std::exchange(went_deep_, false)) chainload::give_back_stack();
        turn();
    }
    // What stands behind the x or X is for nobody: a burst of garbage must not end one successor after the other.
    std::array<char, letters_per_turn> rest;
    while (::read(state_.control.get(), rest.data(), rest.size()) > 0) {
    }
    publish();
    return *exit_code_;
}

std::int64_t service::next_wakeup() const {
    std::int64_t earliest = machine_.next_deadline();
    for (std::int64_t moment :
         {retry_publish_at_, look_again_at_, give_up_status_at_, announce_at_, listen_at_})
        if (moment != 0 && (earliest == 0 || moment < earliest)) earliest = moment;
    return earliest;
}

// One wake-up: what the service said comes before its death, and deaths before new commands.
void service::turn() {
    std::array<pollfd, 5> polled;
    std::size_t count = 0;
    auto watch = [&](int fd, short events) {
        polled[count] = {fd, events, 0};
        return count++;
    };
    std::size_t signals = watch(signals_.get(), POLLIN), control = watch(state_.control.get(), POLLIN);
    // Once its end is known, only the hang-up that follows the reaping is of interest.
    std::size_t adopted = watch(main_pidfd_.get(), main_seen_dead_ ? 0 : POLLIN);
    std::size_t notify = watch(notify_.fd(), POLLIN), ready = watch(ready_pipe_.get(), POLLIN);

    timespec wait{};
    timespec* limit = nullptr;
    if (std::int64_t at = next_wakeup(); at != 0) {
        std::int64_t ms = std::max<std::int64_t>(at - chainload::monotonic_ms(), 0);
        wait = {static_cast<time_t>(ms / 1000), static_cast<long>(ms % 1000) * 1'000'000};
        limit = &wait;
    }
    int woken = ::ppoll(polled.data(), static_cast<nfds_t>(count), limit, nullptr);
    now_ = chainload::monotonic_ms();
    if (woken > 0) {
        if (polled[notify].revents != 0) read_notify();
        if (polled[ready].revents != 0) read_ready_pipe();
        if (polled[adopted].revents != 0) watch_adopted();
        if (polled[signals].revents != 0) read_signals();
        if (!exit_code_ && polled[control].revents != 0) read_control();
    }
    if (announce_at_ != 0 && now_ >= announce_at_) announce_again();
    if (listen_at_ != 0 && now_ >= listen_at_) listen_to_adopted();
    if (look_again_at_ != 0 && now_ >= look_again_at_) look_again_at_ = 0;
    if (give_up_status_at_ != 0 && now_ >= give_up_status_at_) {
        give_up_status_at_ = 0;
        adopted_is_gone(-1);
    }
    event due;
    while (!exit_code_ && take_due(machine_, now_, due)) {
        if (due.kind == event_kind::start_due) refresh_settings(); // backoff may have been long
        feed(due);
    }
    if (retry_publish_at_ != 0 && now_ >= retry_publish_at_) publish_wanted_ = true;
}

void service::read_signals() {
    signalfd_siginfo info;
    bool child = false;
    while (::read(signals_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
        switch (info.ssi_signo) {
        case SIGCHLD: child = true; break;
        case SIGTERM:
        case SIGINT:
            // A supervisor of its own (in a terminal, or at the shutdown of the machine) ends its service.
            feed({event_kind::down});
            if (!exit_code_) feed({event_kind::exit});
            break;
        default: break;
        }
        if (child) break; // one read is enough in the common case: more signals wake the loop again
    }
    if (child) reap();
}

void service::read_control() {
    std::array<char, letters_per_turn> buffer;
    ssize_t got = ::read(state_.control.get(), buffer.data(), buffer.size());
    if (got <= 0) return;
    refresh_settings();
    for (char name : std::string_view(buffer.data(), static_cast<std::size_t>(got))) {
        if (exit_code_) break; // what follows is for nobody
        const letter* command = find_letter(name);
        ++commands_;
        publish_wanted_ = true;
        if (command == nullptr) {
            auto byte = static_cast<unsigned char>(name);
            if (name == '\n' || unknown_letters_.has(byte)) continue;
            unknown_letters_.add(byte);
            chainload::text_buffer<16> shown;
            if (byte > ' ' && byte < 127)
                shown.add('"').add(name).add('"');
            else
                shown.add("byte ").add(unsigned{byte});
            log_.say(level::warning, "unknown control letter ", shown.view(), " is ignored");
            continue;
        }
        feed(event_of(*command));
    }
}

// notification-fd: a newline says ready; more is of no interest.
void service::read_ready_pipe() {
    std::array<char, 256> buffer;
    ssize_t got = ::read(ready_pipe_.get(), buffer.data(), buffer.size());
    if (got < 0) return; // ppoll tells again
    bool said = got > 0 && std::string_view(buffer.data(), static_cast<std::size_t>(got)).find('\n') !=
                               std::string_view::npos;
    if (said || got == 0) ready_pipe_.reset();
    if (said) feed({event_kind::ready});
}

void service::refresh_settings() {
    reader_.refresh(
        settings_,
        [](void* self, const setting_problem& problem) {
            auto& log = static_cast<service*>(self)->log_;
            chainload::text_buffer<512> text(problem.file);
            if (problem.line != 0) text.add(':').add(problem.line);
            text.add(": ").add(problem.text);
            log.say(level::warning, text.view(), problem.hint.empty() ? "" : ": ", problem.hint);
        },
        this);
}

void service::feed(const event& what) {
    action_list actions;
    stage before = machine_.at;
    bool was_paused = machine_.paused, had_sent = machine_.stop_sent;
    want wanted = machine_.wanted;
    step(machine_, settings_, what, now_, actions);
    if (machine_.readiness != readiness_seen_) {
        readiness_seen_ = machine_.readiness;
        ready_since_ = machine_.is_ready() ? chainload::tai64n_now() : chainload::tai64n{};
    }
    if (before != machine_.at || was_paused != machine_.paused || had_sent != machine_.stop_sent ||
        wanted != machine_.wanted)
        publish_wanted_ = true;
    // A stop is on record before its signal is sent: a supervise killed in between leaves it to its successor.
    if (before != machine_.at && machine_.at == stage::stopping) publish();
    for (const action& each : actions.view()) perform(each);
}

void service::perform(const action& what) {
    switch (what.kind) {
    case action_kind::spawn_condition: spawn_script("./condition", false); break;
    case action_kind::spawn_main: spawn_main(); break;
    case action_kind::spawn_finish: spawn_script("./finish", true); break;
    case action_kind::spawn_undo: spawn_script("./stop", true); break;
    case action_kind::spawn_check: spawn_assistant(assistant::probe, "./check"); break;
    case action_kind::spawn_health: spawn_assistant(assistant::probe, "./health"); break;
    case action_kind::spawn_reload: spawn_assistant(assistant::hook, "./reload"); break;
    case action_kind::spawn_hook: {
        chainload::text_buffer<16> path("./control/", what.letter);
        spawn_assistant(assistant::hook, path.c_str());
        break;
    }
    case action_kind::signal_main: signal_main(what.signal); break;
    case action_kind::signal_stop: signal_stop(what.signal); break;
    case action_kind::freeze:
        if (!cgroup_ || !cgroup_.freeze(true)) signal_main(SIGSTOP);
        break;
    case action_kind::thaw:
        if (!cgroup_ || !cgroup_.freeze(false)) signal_main(SIGCONT);
        break;
    case action_kind::kill_script: kill_assistant(assistant::script); break;
    case action_kind::kill_probe: kill_assistant(assistant::probe); break;
    case action_kind::kill_hook: kill_assistant(assistant::hook); break;
    case action_kind::kill_tree: clearing_ = clearing::kill; break;
    case action_kind::await_cleared: clearing_ = clearing::leave; break;
    case action_kind::find_main: find_main(); break;
    case action_kind::record_death:
        unwritten_death_ = death{chainload::tai64n_now(), static_cast<std::uint32_t>(main_pid_),
                                 static_cast<std::uint32_t>(machine_.wait_status),
                                 static_cast<std::uint64_t>(std::max<std::int64_t>(machine_.uptime, 0)),
                                 machine_.last_cause};
        break;
    case action_kind::exit_orderly:
        exit_code_ = 0;
        orderly_exit_ = true;
        break;
    case action_kind::exit_leaving: exit_code_ = 0; break;
    case action_kind::upgrade: upgrade_due_ = true; break; // after the letters that came with the U
    case action_kind::say: log_.say(level::warning, what.text); break;
    }
}

void service::write_death() {
    if (!unwritten_death_) return;
    (void)record_death(options_.state_at, machine_.deaths - 1, *unwritten_death_);
    unwritten_death_.reset();
}

status_record service::compose(const machine& state) const {
    status_record record;
    record.changed = changed_;
    pid_t pid = state.main_alive ? main_pid_ : 0;
    bool script_in_record = state.at == stage::finishing || state.at == stage::undoing;
    record.main_start = state.main_alive ? main_start_ : 0;
    if (script_in_record) {
        pid = assistants_[static_cast<std::size_t>(assistant::script)];
        record.main_start = pid != 0 ? script_start_ : 0;
    }
    record.pid = static_cast<std::uint32_t>(pid);
    record.paused = state.paused;
    record.want = state.wanted;
    record.stop_sent = state.stop_sent && state.main_alive;
    record.phase = phase_of(state.at);
    record.ready_since = ready_since_;
    if (!orderly_exit_) {
        record.supervise_pid = static_cast<std::uint32_t>(::getpid());
        record.supervise_start = self_start_;
    } else if (record.phase == phase::backoff) {
        record.phase = phase::down;
    }
    record.wait_status = static_cast<std::uint32_t>(state.wait_status);
    record.cause = state.last_cause;
    record.waits_for_engine = state.waits_for_engine;
    record.skipped = state.at == stage::skipped;
    record.forking = state.main_forked;
    record.adopted = state.main_alive && !main_is_child_;
    record.exit_wanted = state.exit_wanted;
    record.start_succeeded = state.succeeded;
    record.give_up = state.gave_up;
    record.stage = static_cast<std::uint8_t>(state.at);
    record.starts = state.starts;
    record.deaths = state.deaths;
    record.commands = commands_;
    record.readiness = state.readiness;
    record.tree = options_.tree;
    record.home = home_;
    if (record.phase == phase::backoff)
        record.next_start = static_cast<std::uint64_t>(
            chainload::realtime_ms() + std::max<std::int64_t>(state.deadline(timer::start) - now_, 0));
    auto text = status_text_.view();
    std::copy(text.begin(), text.end(), record.text.begin());
    return record;
}

void service::publish() {
    publish_wanted_ = false;
    retry_publish_at_ = 0;
    bool still_failing = child_could_not_publish_;
    child_could_not_publish_ = false;
    packed_record bytes = pack(compose(machine_));
    if (bytes == published_ && !still_failing) return;
    if (!write_record(bytes)) retry_publish_at_ = now_ + publish_retry_ms;
}

// Replaces the record; where that needs space that the disk has not, overwrites the old one in place: a torn read
// at such a moment is a smaller evil than a record that names the wrong process.
bool service::write_record(const packed_record& bytes) {
    std::span<const char> raw(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    auto written = chainload::replace_file(options_.state_at, path::status, path::status_new, raw, 0644);
    if (!written && (written.why().error == ENOSPC || written.why().error == EDQUOT)) {
        ::unlinkat(options_.state_at, path::status_new, 0);
        auto fd = chainload::open_at(options_.state_at, path::status, O_WRONLY | chainload::wary, 0,
                                     "open supervise/status");
        if (fd && ::pwrite(fd->get(), raw.data(), raw.size(), 0) == static_cast<ssize_t>(raw.size())) {
            written = {};
            (void)::fchmod(fd->get(), 0644); // tells those who watch for the rename (IN_ATTRIB)
        }
    }
    if (!written) {
        if (retry_publish_at_ == 0 && !publish_failing_ && !is_removed())
            log_.unable(level::warning, written.why(), "for supervise/status");
        publish_failing_ = true;
        return false;
    }
    if (publish_failing_) log_.say(level::info, "supervise/status can be written again");
    publish_failing_ = false;
    published_ = bytes;
    return true;
}

} // namespace reeve::supervise
