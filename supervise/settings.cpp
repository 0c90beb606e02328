// The table of settings and the parsers of their values. Every parser takes the whole text of a file and is
// strict: what it does not understand to the last byte it refuses, and leaves the field as it was.
#include "supervise/settings.hpp"

#include "chainload/number.hpp"
#include "chainload/signals.hpp"

#include <algorithm>
#include <sys/wait.h>

namespace reeve::supervise {

using chainload::parse_number;
using chainload::parse_signal;
using chainload::trim_blanks;

namespace {
constexpr std::uint64_t most_ms = 1'000'000'000'000; // 31 years: sums of a few never overflow
constexpr std::uint64_t most_factor = 1000;
constexpr std::string_view milliseconds = "a number of milliseconds, 0 to 1000000000000";
constexpr std::string_view some_milliseconds = "a number of milliseconds, 1 to 1000000000000";

// Splits one line at blanks and tabs. Nothing if there are no words, or more than fit.
std::optional<std::size_t> split_words(std::string_view line, std::span<std::string_view> into) {
    std::size_t count = 0;
    for (;;) {
        std::size_t begin = line.find_first_not_of(" \t");
        if (begin == std::string_view::npos) break;
        if (count == into.size()) return std::nullopt;
        line.remove_prefix(begin);
        into[count] = line.substr(0, line.find_first_of(" \t"));
        line.remove_prefix(into[count++].size());
    }
    return count == 0 ? std::nullopt : std::optional(count);
}

std::optional<std::uint64_t> number_between(std::string_view text, std::uint64_t least, std::uint64_t most) {
    auto value = parse_number<std::uint64_t>(text);
    return value && *value >= least && *value <= most ? value : std::nullopt;
}

template <auto Field, std::uint64_t Least, std::uint64_t Most>
bool number(std::string_view text, settings& into) {
    auto value = number_between(trim_blanks(text), Least, Most);
    if (!value) return false;
    using type = std::remove_reference_t<decltype(into.*Field)>;
    into.*Field = static_cast<type>(*value);
    return true;
}

template <class Value>
struct meaning {
    std::string_view word;
    Value value;
};
constexpr meaning<kill_mode> kill_modes[] = {
    {"main", kill_mode::main}, {"group", kill_mode::group}, {"tree", kill_mode::tree}};
constexpr meaning<bool> leftover_rules[] = {{"kill", false}, {"keep", true}};
constexpr meaning<restart_policy> restart_policies[] = {{"always", restart_policy::always},
                                                        {"on-failure", restart_policy::on_failure},
                                                        {"never", restart_policy::never}};

template <auto Field, auto& Words>
bool one_word(std::string_view text, settings& into) {
    for (const auto& entry : Words)
        if (entry.word == trim_blanks(text)) {
            into.*Field = entry.value;
            return true;
        }
    return false;
}

bool signal_value(std::string_view text, settings& into) {
    auto signal = parse_signal(trim_blanks(text));
    if (!signal) return false;
    into.down_signal = *signal;
    return true;
}

bool pid_file_path(std::string_view text, settings& into) {
    std::string_view path = trim_blanks(text);
    if (path.size() >= longest_pid_file ||
        path.find_first_of(std::string_view("\n\r\0", 3)) != std::string_view::npos)
        return false;
    into.forking = true;
    into.pid_file.clear();
    into.pid_file.add(path);
    return true;
}

bool ladder(std::string_view text, settings& into) {
    if (text.ends_with('\n')) text.remove_suffix(1);
    std::array<stop_step, most_stop_steps> steps{};
    std::uint8_t count = 0;
    for (bool more = true; more;) {
        std::size_t end = text.find('\n');
        std::array<std::string_view, 2> words;
        if (count == most_stop_steps || split_words(text.substr(0, end), words) != 2) return false;
        auto signal = parse_signal(words[0]);
        auto wait = number_between(words[1], 0, most_ms);
        if (!signal || !wait) return false;
        steps[count++] = {*signal, static_cast<std::int64_t>(*wait)};
        more = end != std::string_view::npos;
        if (more) text.remove_prefix(end + 1);
    }
    into.stop_steps = steps;
    into.stop_step_count = count;
    return true;
}

bool backoff(std::string_view text, settings& into) {
    std::array<std::string_view, 3> words;
    if (split_words(trim_blanks(text), words) != 3) return false;
    auto least = number_between(words[0], 1, most_ms), factor = number_between(words[1], 1, most_factor),
         most = number_between(words[2], 1, most_ms);
    if (!least || !factor || !most || *most < *least) return false;
    into.restart_delay = {static_cast<std::int64_t>(*least), static_cast<std::int64_t>(*factor),
                          static_cast<std::int64_t>(*most)};
    return true;
}

// A lone COUNT is s6's form of the file, which only sizes its list of deaths there: no limit.
bool tally(std::string_view text, settings& into) {
    std::array<std::string_view, 2> words;
    auto found = split_words(trim_blanks(text), words);
    if (!found) return false;
    auto count = number_between(words[0], 0, most_counted_deaths);
    auto seconds =
        *found == 2 ? number_between(words[1], 0, most_ms / 1000) : std::optional<std::uint64_t>(0);
    if (!count || !seconds || (*found == 2 && *count > 0 && *seconds == 0)) return false;
    bool limited = *count > 0 && *seconds > 0;
    into.max_death_tally =
        limited ? tally_rule{static_cast<std::uint32_t>(*count), static_cast<std::int64_t>(*seconds)}
                : tally_rule{};
    return true;
}

bool success_list(std::string_view text, settings& into) {
    text = trim_blanks(text);
    auto codes = settings{}.success_codes; // exit 0 is success whatever else is
    chainload::bit_set<256> signals;       // the same type as codes: g++ 12 warns wrongly when it folds two
    if (text.empty()) return false;
    while (!text.empty()) {
        std::string_view word = text.substr(0, text.find_first_of(" \t"));
        if (auto code = parse_number<std::uint8_t>(word))
            codes.add(*code);
        else if (auto signal = parse_signal(word); signal && !(word[0] >= '0' && word[0] <= '9'))
            signals.add(static_cast<std::size_t>(*signal));
        else
            return false;
        text.remove_prefix(word.size());
        text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    }
    into.success_codes = codes;
    into.success_signals = signals;
    return true;
}

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
