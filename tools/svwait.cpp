// svwait [-u|-U|-d|-D|-f] [-t DURATION] [-a|-o] DIR …: waits until services are up (-u), up and ready (-U), down (-d),
// down for good (-D) or have given up (-f); all of them at one time (-a), or one (-o). Those letters can also stand
// between directories: each is for the directories behind it.
//
// It watches first and looks then, so no change falls between; it sleeps while nothing changes. What counts is
// what a service *is* when looked at: a state that came and went between two looks was not waited for in vain.
//
// Exit codes: 0 reached, 1 will not be reached because services gave up while waited for, 99 time is over,
// 100 wrong usage, 111 no supervise is running, or a system error.
#include "chainload/clock.hpp"
#include "chainload/duration.hpp"
#include "chainload/error_text.hpp"
#include "chainload/option_reader.hpp"
#include "supervise/control.hpp"
#include "tools/status_watch.hpp"
#include "tools/tool.hpp"
#include "tools/wait_goal.hpp"
#include "tools/working_directory.hpp"

namespace reeve::tools {

using chainload::level;

namespace {
enum exit_code { code_reached = 0, code_gave_up = 1, code_timed_out = 99, code_cannot = 111 };

struct wait_options {
    std::int64_t timeout_ms = -1; // for ever
    bool one_is_enough = false;
};

struct waited_service {
    enum condition : unsigned char { waiting, there, gave_up, lost };
    int watch = 0; // the kernel counts from 1
    condition now = waiting;
    wait_goal goal{};
    supervise::phase phase{};
};
// Never written beyond what the command line names, so the rest costs no memory.
constexpr std::size_t most_services = 8192;
waited_service services[most_services];

class waiting_room {
public:
    waiting_room(const wait_options& options, char** dirs)
        : options_(options)
        , dirs_(dirs) {
        while (dirs[count_] != nullptr) ++count_;
    }

    int run() {
        if (count_ > most_services) {
            out_.say(level::fatal, "more services than can be waited for at once");
            return code_cannot;
        }
        std::int64_t deadline =
            options_.timeout_ms < 0 ? -1 : chainload::monotonic_ms() + options_.timeout_ms;
        if (auto opened = watch_.open(); !opened) return fail(opened.why());
        for (std::size_t i = 0; i < count_; ++i) {
            if (auto number = watch_.add(dirs_[i]))
                services[i].watch = *number;
            else if (number.why().error == ENOENT && directory_exists(dirs_[i]))
                lose(i, "supervise not running");
            else
                return fail(number.why(), dirs_[i]);
        }
        for (std::size_t i = 0; i < count_; ++i) look(i, true);
        for (;;) {
            if (auto code = verdict()) return *code;
            auto changed = watch_.wait(deadline, [this](int number, bool gone) { changed_at(number, gone); });
            if (!changed) return fail(changed.why());
            if (!*changed) return say_timed_out();
        }
    }

private:
    static bool directory_exists(const char* dir) { return ::faccessat(AT_FDCWD, dir, F_OK, 0) == 0; }

    int fail(const chainload::failure& why, const char* dir = nullptr) {
        chainload::text_buffer<64> step("unable to ", why.step, dir != nullptr ? " of " : ": ");
        if (dir == nullptr)
            out_.say(level::fatal, step.view(), chainload::error_text(why.error));
        else
            out_.say(level::fatal, step.view(), dir, ": ", chainload::error_text(why.error));
        return code_cannot;
    }

    void lose(std::size_t i, std::string_view why) {
        services[i].now = waited_service::lost;
        out_.say(level::warning, dirs_[i], ": ", why);
    }

    void changed_at(int number, bool gone) {
        for (std::size_t i = 0; i < count_; ++i) {
            if (number != status_watch::all && services[i].watch != number) continue;
            if (gone)
                lose(i, "its supervise directory was removed");
            else
                look(i, false);
        }
    }

    void look(std::size_t i, bool first) {
        waited_service& one = services[i];
        if (one.now == waited_service::lost) return;
        auto dir = chainload::open_at(AT_FDCWD, dirs_[i], O_PATH | O_DIRECTORY, 0, "open directory");
        if (!dir) return lose(i, chainload::error_text(dir.why().error));
        auto supervised = supervise::is_supervised(dir->get());
        auto record = supervise::read_status(dir->get());
        if (!supervised && supervised.why().error != ENOENT)
            return lose(i, chainload::error_text(supervised.why().error));
        bool alive = supervised && *supervised;
        if (!record) {
            // A supervise that has just begun has not written its first record: that will be seen.
            if (alive && record.why().error == ENOENT) return;
            return lose(i, alive ? chainload::error_text(record.why().error) : "supervise not running");
        }
        // A supervise that was killed is replaced by whoever started it, and its service runs on: so once there
        // was one, only one that says goodbye ends the waiting.
        if (!first && !alive && !record->foreign && record->supervise_pid != 0) alive = true;
        one.phase = record->phase;
        switch (judge(one.goal, *record, alive)) {
        case wait_answer::reached: one.now = waited_service::there; break;
        case wait_answer::not_running: lose(i, "supervise not running"); break;
        case wait_answer::not_yet:
            // A service that had failed before may be about to obey an `u`; one that fails now will not.
            bool for_up = one.goal == wait_goal::up || one.goal == wait_goal::ready;
            bool fails_now = for_up && !first && record->phase == supervise::phase::failed;
            one.now = fails_now ? waited_service::gave_up : waited_service::waiting;
            break;
        }
    }

    // The exit code, once it is clear.
    std::optional<int> verdict() {
        std::size_t tally[4] = {};
        for (std::size_t i = 0; i < count_; ++i) ++tally[services[i].now];
        std::size_t there = tally[waited_service::there],
                    hopeless = tally[waited_service::gave_up] + tally[waited_service::lost];
        if (options_.one_is_enough ? there > 0 : there == count_) return code_reached;
        if (options_.one_is_enough ? hopeless < count_ : hopeless == 0) return std::nullopt;
        for (std::size_t i = 0; i < count_; ++i)
            if (services[i].now == waited_service::gave_up)
                out_.say(level::warning, dirs_[i], ": gave up: phase failed");
        return tally[waited_service::lost] > 0 ? code_cannot : code_gave_up;
    }

    int say_timed_out() {
        for (std::size_t i = 0; i < count_; ++i)
            if (services[i].now == waited_service::waiting)
                out_.say(level::warning, dirs_[i], ": still ", supervise::name_of(services[i].phase));
        out_.say(level::fatal, "timed out");
        return code_timed_out;
    }

    wait_options options_;
    char** dirs_;
    std::size_t count_ = 0;
    status_watch watch_;
    chainload::messenger out_{"svwait"};
};
} // namespace

int svwait(char** arguments) {
    wait_options chosen;
    wait_goal goal = wait_goal::up;
    chainload::option_reader options(arguments, "uUdDfaot:");
    while (char option = options.next()) {
        switch (option) {
        case 'a': chosen.one_is_enough = false; break;
        case 'o': chosen.one_is_enough = true; break;
        case 't':
            if (auto duration = chainload::parse_duration(options.value())) {
                chosen.timeout_ms = *duration;
                break;
            }
            complain("svwait: -t takes a duration: 300ms, 5s, 2m, 1h, or a number of seconds\n");
            return wrong_usage("svwait");
        case chainload::option_reader::problem:
            complain(options.complaint().view());
            return wrong_usage("svwait");
        default: goal = static_cast<wait_goal>(option); break;
        }
    }
    // The directories move together, over the letters between them.
    char** dirs = options.rest();
    std::size_t count = 0;
    for (char** word = dirs; *word != nullptr; ++word) {
        if (auto other = find_wait_goal(*word)) {
            goal = *other;
            continue;
        }
        if (count < most_services) services[count].goal = goal;
        dirs[count++] = *word;
    }
    if (count == 0) return wrong_usage("svwait");
    dirs[count] = nullptr;
    return waiting_room(chosen, dirs).run();
}

} // namespace reeve::tools
