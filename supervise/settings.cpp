// The table of settings, and what follows from settings.
#include "supervise/settings.hpp"

#include "supervise/setting_parsers.hpp"

#include <algorithm>
#include <sys/wait.h>

namespace reeve::supervise {

namespace {
using namespace parsers;

constexpr std::string_view milliseconds = "a number of milliseconds, 0 to 1000000000000";
constexpr std::string_view some_milliseconds = "a number of milliseconds, 1 to 1000000000000";

template <auto... Fields>
void copy_fields(const settings& from, settings& into) {
    ((into.*Fields = from.*Fields), ...);
}

template <auto... Fields>
constexpr setting value(std::string_view name, std::string_view allowed, std::string_view otherwise,
                        bool (*parse)(std::string_view, settings&), std::string_view help) {
    return {name, setting_kind::value, allowed, otherwise, parse, help, copy_fields<Fields...>, nullptr};
}

template <auto Field, std::uint64_t Least, std::uint64_t Most>
constexpr setting counted(std::string_view name, std::string_view allowed, std::string_view otherwise,
                          std::string_view help) {
    return value<Field>(name, allowed, otherwise, number<Field, Least, Most>, help);
}

template <auto Field>
constexpr setting duration(std::string_view name, std::string_view otherwise, std::string_view help) {
    return counted<Field, 0, most_ms>(name, milliseconds, otherwise, help);
}

template <auto Field>
constexpr setting interval(std::string_view name, std::string_view otherwise, std::string_view help) {
    return counted<Field, 1, most_ms>(name, some_milliseconds, otherwise, help);
}

constexpr setting entry(setting_kind kind, std::string_view name, std::string_view help,
                        bool settings::*there = nullptr) {
    return {name, kind, {}, {}, nullptr, help, nullptr, there};
}

constexpr setting program(std::string_view name, std::string_view help, bool settings::*there) {
    return entry(setting_kind::program, name, help, there);
}

constexpr setting relation(std::string_view name, std::string_view help) {
    return entry(setting_kind::relation, name, help, &settings::has_relations);
}

constexpr setting foreign(std::string_view name, std::string_view help) {
    return entry(setting_kind::foreign, name, help);
}

constexpr std::array<setting, all_settings> table{{
    // Values: the first value_settings entries.
    duration<&settings::timeout_up>("timeout-up", "0",
                                    "not ready by then: stopped, a failed start; 0 = no limit"),
    duration<&settings::timeout_finish>("timeout-finish", "5000", "then KILL to finish; 0 = wait for ever"),
    duration<&settings::timeout_kill>("timeout-kill", "30000",
                                      "from the down-signal to KILL for the whole tree; 0 = never"),
    value<&settings::down_signal>("down-signal", "a signal name or number", "TERM", signal_value,
                                  "the signal that stops it, followed by CONT"),
    value<&settings::stop_steps, &settings::stop_step_count>(
        "stop-steps", "1 to 8 lines \"SIGNAL MILLISECONDS\"", {}, ladder,
        "signals and waits in place of down-signal and timeout-kill; 0 = wait for ever"),
    value<&settings::kill_mode>("kill-mode", "main, group or tree", "main",
                                one_word<&settings::kill_mode, kill_modes>, "who gets the down-signal"),
    value<&settings::keep_leftovers>("leftovers", "kill or keep", "kill",
                                     one_word<&settings::keep_leftovers, leftover_rules>,
                                     "descendants that are alive after the main process has ended"),
    value<&settings::restart>("restart", "always, on-failure or never", "always",
                              one_word<&settings::restart, restart_policies>,
                              "whether it is started again when it ends by itself"),
    value<&settings::restart_delay>(
        "restart-delay", "\"MIN FACTOR MAX\": milliseconds from 1, a factor of 1 to 1000, MAX not below MIN",
        "1000 2 15000", backoff, "least time between starts, growing by FACTOR up to MAX with quick deaths"),
    value<&settings::max_death_tally>("max-death-tally",
                                      "\"COUNT SECONDS\": 0 to 4096 deaths, SECONDS from 1", "0 0", tally,
                                      "so many deaths in so many seconds: given up; 0 0 = no limit"),
    value<&settings::success_codes, &settings::success_signals>(
        "success-exit", "exit codes 0 to 255 and signal names, separated by blanks", "0", success_list,
        "ends that count as success besides exit 0"),
    counted<&settings::notification_fd, 3, 1'048'575>("notification-fd", "a descriptor number, 3 to 1048575",
                                                      {},
                                                      "ready when a newline is written to this descriptor"),
    interval<&settings::check_interval>("check-interval", "100",
                                        "first wait between runs of check; doubles to 1000"),
    interval<&settings::health_interval>("health-interval", "10000", "wait between runs of health"),
    interval<&settings::health_timeout>("health-timeout", "5000", "limit of one run of health"),
    counted<&settings::health_failures, 1, 1'000'000>("health-failures", "a number, 1 to 1000000", "3",
                                                      "failures of health in a row that restart it"),
    duration<&settings::watchdog>("watchdog", "0", "WATCHDOG=1 must come at least so often; 0 = no watchdog"),
    value<&settings::forking, &settings::pid_file>(
        "forking", "nothing, or the path of a pid file", {}, pid_file_path,
        "the daemon puts itself into the background when run exits 0"),
    counted<&settings::fd_store_max, 0, most_stored_fds>("fd-store-max", "a number, 0 to 64", "0",
                                                         "descriptors kept for it over restarts"),
    duration<&settings::limit_log_wait>("limit-log-wait", "2000", "how long its logger may drain at a stop"),

    program("run", "the main process", &settings::has_run),
    program("start", "a oneshot: runs to its end, exit 0 is up", &settings::has_start),
    program("stop", "run when a oneshot goes down", &settings::has_stop),
    program("finish", "run after every end of run", &settings::has_finish),
    program("check", "readiness probe: exit 0 is ready", &settings::has_check),
    program("condition", "asked before every start: 0 go on, 1 to 99 skip it, else an error",
            &settings::has_condition),
    program("health", "liveness probe while it is ready", &settings::has_health),
    program("reload", "run for a reload, in place of HUP", &settings::has_reload),
    entry(setting_kind::flag, "target", "a group: no process, only relations", &settings::has_target),
    entry(setting_kind::flag, "early", "starts by itself in a tree with an engine too", &settings::early),
    entry(setting_kind::flag, "down", "is not started by itself", &settings::down),
    entry(setting_kind::flag, "notify", "NOTIFY_SOCKET is given; ready at READY=1", &settings::notify),
    entry(setting_kind::directory, "log", "the service directory of its logger", &settings::has_log),
    entry(setting_kind::directory, "control", "control/X is run in place of sending the signal of letter X"),
    entry(setting_kind::directory, "cgroup", "values for the cgroup of each run, named as cgroup v2 files",
          &settings::has_cgroup),

    relation("requires", "needs them, as long as it is up"),
    relation("binds-to", "needs them, and is restarted when they are"),
    relation("milestone", "needs them to start"),
    relation("waits-for", "would like them first"),
    relation("wants", "would like them"),
    relation("requisite", "needs them to be ready already"),
    relation("after", "starts after them if both start"),
    relation("before", "starts before them if both start"),
    relation("conflicts", "cannot run beside them"),
    relation("part-of", "follows their stops and restarts"),
    relation("reload-with", "is reloaded when they are"),
    relation("on-failure", "these are started when it gives up"),
    relation("on-success", "these are started when this oneshot succeeds"),
    relation("required-by", "requires, from the other end"),
    relation("bound-by", "binds-to, from the other end"),
    relation("milestone-of", "milestone, from the other end"),
    relation("waited-by", "waits-for, from the other end"),
    relation("wanted-by", "wants, from the other end"),
    relation("includes", "part-of, from the other end"),
    entry(setting_kind::graph_flag, "persistent", "stays up when nothing holds it any more"),
    entry(setting_kind::graph_flag, "essential", "the tree stops when it gives up"),
    entry(setting_kind::graph_flag, "keep-on-isolate", "isolate leaves it alone"),
    entry(setting_kind::graph_flag, "refuse", "lines of verbs that are refused when asked by hand"),

    foreign("event", "s6: its fifodir"),
    foreign("lock-fd", "s6: a descriptor that holds a lock"),
    foreign("reload-signal", "s6: its signal for a reload"),
    foreign("flag-newpidns", "s6: own pid namespace"),
    foreign("flag-timeout-killpg", "s6: who gets the KILL"),
    foreign("nosetsid", "s6: no own session"),
    foreign("no-setsid", "daemontools-encore: no own session"),
    foreign("main", "multilog, svlogd: the usual place of a logger's files"),
    foreign("config", "svlogd: its settings"),
}};

static_assert(std::none_of(table.begin(), table.end(), [](const setting& one) { return one.name.empty(); }));
static_assert(std::is_partitioned(table.begin(), table.end(),
                                  [](const setting& one) { return one.kind == setting_kind::value; }));
static_assert(std::count_if(table.begin(), table.end(), [](const setting& one) {
                  return one.kind == setting_kind::value;
              }) == value_settings);
} // namespace

std::span<const setting> known_settings() {
    return table;
}

const setting* find_setting(std::string_view name) {
    auto found =
        std::find_if(table.begin(), table.end(), [&](const setting& one) { return one.name == name; });
    return found == table.end() ? nullptr : &*found;
}

bool always_free_name(std::string_view name) {
    for (std::string_view free : {"data", "env", "conf", "supervise"})
        if (name == free) return true;
    for (std::string_view of_djbdns : {"root", "seed", "tcp", "tcp.cdb", "Makefile"})
        if (name == of_djbdns) return true;
    for (std::string_view beginning : {".", "README", "#"})
        if (name.starts_with(beginning)) return true;
    for (std::string_view end : {".md", "~", ".bak", ".orig", ".swp"})
        if (name.ends_with(end)) return true;
    return false;
}

unsigned line_of_error(const setting& entry, std::string_view text) {
    settings scratch;
    if (entry.parse == nullptr || entry.parse(text, scratch)) return 0;
    // Whatever is valid up to some line is a valid file, so the first beginning that is refused ends in the error.
    unsigned line = 1;
    for (std::size_t end = text.find('\n'); end != std::string_view::npos;
         end = text.find('\n', end + 1), ++line)
        if (!entry.parse(text.substr(0, end + 1), scratch)) return line;
    return line;
}

service_kind kind_of(const settings& from) {
    return from.has_run      ? service_kind::process
           : from.has_start  ? service_kind::oneshot
           : from.has_target ? service_kind::target
                             : service_kind::incomplete;
}

bool is_success(const settings& rules, int wait_status) {
    if (WIFEXITED(wait_status))
        return rules.success_codes.has(static_cast<std::size_t>(WEXITSTATUS(wait_status)));
    if (!WIFSIGNALED(wait_status)) return false;
    int signal = WTERMSIG(wait_status);
    if (rules.success_signals.has(static_cast<std::size_t>(signal))) return true;
    bool asked_to_end = signal == SIGHUP || signal == SIGINT || signal == SIGTERM || signal == SIGPIPE;
    return asked_to_end && rules.kind != service_kind::oneshot;
}

} // namespace reeve::supervise
