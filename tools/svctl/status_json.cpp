#include "tools/svctl/status_json.hpp"

#include "chainload/hex.hpp"
#include "chainload/signals.hpp"
#include "chainload/tai64n.hpp"
#include "tools/svctl/display_width.hpp"
#include "tools/svctl/end_words.hpp"
#include "tools/svctl/log_text.hpp"
#include "tools/svctl/status_words.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <sys/wait.h>

namespace reeve::svctl {

namespace json = boost::json;

namespace {
json::value time_or_null(moment when) {
    return when.known() ? json::value(rfc3339(when)) : json::value(nullptr);
}
json::value time_or_null(const chainload::tai64n& stamp) {
    return time_or_null(moment_of(chainload::unpack_tai64n(stamp)));
}
json::value pid_or_null(bool alive, std::uint32_t pid) {
    return alive && pid != 0 ? json::value(pid) : json::value(nullptr);
}

std::string_view word_of(supervision state) {
    switch (state) {
    case supervision::running: return "running";
    case supervision::never: return "never";
    case supervision::ended: return "ended";
    case supervision::died: return "died";
    case supervision::other_tree: return "other-tree";
    case supervision::unreadable: return "unreadable";
    }
    return "";
}

std::string_view word_of(supervise::service_kind kind) {
    switch (kind) {
    case supervise::service_kind::process: return "process";
    case supervise::service_kind::oneshot: return "oneshot";
    case supervise::service_kind::target: return "target";
    case supervise::service_kind::incomplete: return "incomplete";
    }
    return "";
}

json::value end_json(supervise::cause cause, std::uint32_t wait_status) {
    if (cause == supervise::cause::none) return nullptr;
    int status = static_cast<int>(wait_status);
    bool known = cause != supervise::cause::unknown && cause != supervise::cause::failed;
    json::object end{{"cause", supervise::name_of(cause)}, {"text", end_words(cause, wait_status)}};
    end["exit_code"] = known && WIFEXITED(status) ? json::value(WEXITSTATUS(status)) : json::value(nullptr);
    end["signal"] = known && WIFSIGNALED(status) ? json::value(chainload::signal_name(WTERMSIG(status)))
                                                 : json::value(nullptr);
    return end;
}
} // namespace

json::object service_json(const snapshot& seen, std::int64_t now_ms) {
    const supervise::status_record& record = seen.record;
    bool runs = seen.running();
    auto age = age_ms(seen, now_ms);
    bool in_backoff = runs && record.phase == supervise::phase::backoff && record.next_start != 0;
    json::object one;
    one["name"] = seen.name;
    one["kind"] = word_of(seen.kind);
    one["logger"] = seen.logger;
    one["supervision"] = word_of(seen.state);
    one["phase"] = phase_word(seen);
    one["since"] = age ? time_or_null(record.changed) : nullptr;
    one["since_ms"] = age ? json::value(*age) : json::value(nullptr);
    one["ready_since"] = runs ? time_or_null(record.ready_since) : nullptr;
    one["pid"] = pid_or_null(seen.main_alive, record.pid);
    one["supervise_pid"] = pid_or_null(runs && !seen.out_of_sight, record.supervise_pid);
    one["want"] = runs ? json::value(want_word(record.want)) : json::value(nullptr);
    one["normally"] = seen.normally_down ? "down" : "up";
    one["paused"] = runs && record.paused;
    one["waits_for_engine"] = runs && record.waits_for_engine;
    one["starts"] = record.starts;
    one["restarts"] = restarts(seen);
    one["deaths"] = record.deaths;
    one["last_end"] = end_json(record.cause, record.wait_status);
    one["give_up"] = runs && record.phase == supervise::phase::failed
                         ? json::value(supervise::name_of(record.give_up))
                         : json::value(nullptr);
    one["next_start"] =
        in_backoff ? time_or_null(moment_of_ms(static_cast<std::int64_t>(record.next_start))) : nullptr;
    one["cpu_ms"] = seen.used ? json::value(seen.used->cpu_ms) : json::value(nullptr);
    one["memory_bytes"] = seen.used ? json::value(seen.used->memory_bytes) : json::value(nullptr);
    one["processes"] = seen.used ? json::value(seen.used->processes) : json::value(nullptr);
    one["status_text"] = runs ? json::value(as_utf8(record.status_text())) : json::value("");
    one["remark"] = remark(seen, now_ms);
    one["engine"] = seen.told ? json::value{{"phase", seen.told->phase},
                                            {"intent", seen.told->intent},
                                            {"holder", seen.told->holder},
                                            {"waits_for", seen.told->waits}}
                              : json::value(nullptr);
    return one;
}

json::array problem_list(const std::vector<diagnostic>& problems) {
    json::array list;
    for (const diagnostic& one : problems)
        list.push_back({{"service", as_utf8(one.service)},
                        {"file", as_utf8(one.file)},
                        {"line", one.line},
                        {"text", as_utf8(one.text)},
                        {"hint", as_utf8(one.hint)}});
    return list;
}

json::object detail_json(const service_detail& detail, std::int64_t now_ms) {
    json::object one = service_json(detail.now, now_ms);
    one["directory"] = as_utf8(detail.directory);
    json::array relations, settings, deaths, logs, lines;
    for (const relation_edge& edge : detail.relations)
        relations.push_back({{"relation", edge.relation},
                             {"other", edge.other},
                             {"origin", edge.origin},
                             {"other_exists", edge.other_exists}});
    for (const listed_setting& entry : detail.settings)
        settings.push_back({{"name", entry.name},
                            {"value", as_utf8(entry.value)},
                            {"default", entry.otherwise},
                            {"valid", entry.valid}});
    for (const supervise::death& entry : detail.deaths)
        deaths.push_back({{"time", time_or_null(entry.time)},
                          {"pid", entry.pid},
                          {"end", end_json(entry.cause, entry.wait_status)},
                          {"uptime_ms", entry.uptime_ms}});
    for (const std::string& directory : detail.log_directories) logs.emplace_back(as_utf8(directory));
    for (const log_line& line : detail.last_lines)
        lines.push_back({{"time", line.stamped ? time_or_null(line.when) : json::value(nullptr)},
                         {"text", as_utf8(text_of(line))}});
    one["relations"] = std::move(relations);
    one["settings"] = std::move(settings);
    one["last_deaths"] = std::move(deaths);
    one["problems"] = problem_list(detail.problems);
    one["log_directories"] = std::move(logs);
    one["log_is_shared"] = detail.shares_log;
    one["last_lines"] = std::move(lines);
    return one;
}

std::string status_json(const scan_directory& tree, json::array services) {
    json::object whole;
    whole["v"] = 1;
    whole["scan_directory"] = as_utf8(tree.path());
    whole["tree"] = nullptr;
    if (tree.tree()) {
        auto digits = chainload::format_hex(*tree.tree());
        whole["tree"] = std::string_view(digits.data(), digits.size());
    }
    whole["services"] = std::move(services);
    return json::serialize(whole) + "\n";
}

} // namespace reeve::svctl
