// The whole picture of one service as text: a headline, facts with aligned names, then lists.
#include "chainload/tai64n.hpp"
#include "tools/svctl/display_width.hpp"
#include "tools/svctl/duration_words.hpp"
#include "tools/svctl/end_words.hpp"
#include "tools/svctl/log_text.hpp"
#include "tools/svctl/service_detail.hpp"
#include "tools/svctl/status_words.hpp"
#include "tools/svctl/time_text.hpp"

#include <algorithm>

namespace reeve::svctl {

namespace {
constexpr std::size_t fact_width = 10, shown_deaths = 5;

std::string padded(std::string_view text, std::size_t width) {
    std::size_t used = display_width(text);
    return std::string(text) + std::string(width > used ? width - used : 0, ' ');
}

std::string since_words(const snapshot& seen, std::int64_t now_ms) {
    auto age = age_ms(seen, now_ms);
    if (!age) return {};
    moment changed = moment_of(chainload::unpack_tai64n(seen.record.changed));
    return " since " + readable_second(changed) + " (" + duration_words(*age) + ")";
}

std::string counted(std::uint64_t number, const char* one, const char* several) {
    return std::to_string(number) + (number == 1 ? one : several);
}

class page {
public:
    page(const terminal& on, std::int64_t now_ms)
        : on_(on)
        , now_ms_(now_ms) {}

    void headline(const snapshot& seen) {
        text_ += paint(seen.name, colour::bold, on_.colours) + "  " +
                 paint(phase_word(seen), colour_of_phase(seen), on_.colours) + since_words(seen, now_ms_) +
                 "\n";
        std::string why = remark(seen, now_ms_);
        if (!why.empty()) fact("remark", why);
    }

    void facts(const snapshot& seen) {
        const supervise::status_record& record = seen.record;
        if (seen.main_alive) {
            std::string pids = std::to_string(record.pid);
            if (record.supervise_pid != 0)
                pids += " (supervise " + std::to_string(record.supervise_pid) + ")";
            fact("pid",
                 pids + (record.forking ? ", forked itself" : "") + (record.adopted ? ", adopted" : ""));
        } else if (seen.running() && record.supervise_pid != 0 && !seen.out_of_sight) {
            fact("pid", "none (supervise " + std::to_string(record.supervise_pid) + ")");
        }
        if (seen.running())
            fact("want", std::string(want_word(record.want)) + (seen.normally_down ? ", normally down" : ""));
        if (seen.told) {
            bool own = seen.told->holder == seen.name;
            fact("asked", seen.told->intent == "down" ? "stopped by hand"
                          : seen.told->holder.empty() ? "nothing asks for it"
                          : seen.told->intent == "up" ? "asked for"
                          : own                       ? "it persists"
                                                      : "held by " + seen.told->holder);
        }
        moment ready = moment_of(chainload::unpack_tai64n(record.ready_since));
        if (seen.running() && ready.known())
            fact("ready", "since " + readable_second(ready) + " (" +
                              duration_words(now_ms_ - ready.milliseconds()) + ")");
        if (record.starts > 0)
            fact("restarts", counted(restarts(seen), "", "") + " (" +
                                 counted(record.starts, " start", " starts") + ", " +
                                 counted(record.deaths, " death", " deaths") + ")");
        if (std::string end = end_words_in_full(record.cause, record.wait_status); !end.empty())
            fact("last end", end);
        if (seen.used)
            fact("uses", cpu_words(seen.used->cpu_ms) + " cpu, " + memory_words(seen.used->memory_bytes) +
                             " memory, " + counted(seen.used->processes, " process", " processes"));
    }

    void fact(std::string_view name, std::string_view value) {
        text_ += "  " + paint(padded(name, fact_width), colour::dim, on_.colours) + " " + std::string(value) +
                 "\n";
    }

    void list(std::string_view title) { text_ += "\n" + paint(title, colour::bold, on_.colours) + "\n"; }

    void row(const std::string& first, std::size_t width, const std::string& second,
             const std::string& third) {
        std::string line = "  " + padded(first, width) + "  " + second;
        while (third.empty() && line.back() == ' ') line.pop_back();
        text_ += line + (third.empty() ? "" : "  " + paint(third, colour::dim, on_.colours)) + "\n";
    }

    void add(std::string_view text) { text_ += text; }
    std::string take() { return std::move(text_); }

private:
    terminal on_;
    std::int64_t now_ms_;
    std::string text_;
};

void add_relations(page& out, const std::vector<relation_edge>& relations) {
    std::size_t first = 0, second = 0;
    for (const relation_edge& edge : relations) {
        first = std::max(first, edge.relation.size());
        second = std::max(second, edge.other.size());
    }
    out.list("relations");
    for (const relation_edge& edge : relations)
        out.row(edge.relation, first, padded(edge.other, second),
                edge.origin + (edge.other_exists ? "" : ", which does not exist"));
}

void add_settings(page& out, const std::vector<listed_setting>& settings) {
    std::size_t width = 0;
    for (const listed_setting& one : settings) width = std::max(width, one.name.size());
    out.list("settings");
    for (const listed_setting& one : settings) {
        std::string usual = one.otherwise.empty() ? "" : "default " + one.otherwise;
        out.row(one.name, width, safe_to_show(one.value),
                one.valid ? usual : "not valid" + (usual.empty() ? "" : "; " + usual));
    }
}

void add_deaths(page& out, const std::vector<supervise::death>& deaths) {
    out.list("last deaths");
    for (std::size_t i = 0; i < std::min(deaths.size(), shown_deaths); ++i) {
        const supervise::death& one = deaths[i];
        out.row(readable_second(moment_of(chainload::unpack_tai64n(one.time))), 19,
                end_words_in_full(one.cause, one.wait_status),
                "pid " + std::to_string(one.pid) + " after " +
                    duration_words(static_cast<std::int64_t>(one.uptime_ms)));
    }
    if (deaths.size() > shown_deaths)
        out.row("and " + std::to_string(deaths.size() - shown_deaths) + " before", 0, "", "");
}
} // namespace

std::string detail_text(const service_detail& detail, std::int64_t now_ms, const terminal& on) {
    page out(on, now_ms);
    out.headline(detail.now);
    out.facts(detail.now);
    out.fact("directory", detail.directory);
    for (const std::string& directory : detail.log_directories)
        out.fact(detail.shares_log ? "shared log" : "log", directory);
    if (!detail.problems.empty()) {
        out.list("problems");
        for (const diagnostic& one : detail.problems)
            out.add("  " + safe_to_show(diagnostic_text(one)) + "\n");
    }
    if (!detail.relations.empty()) add_relations(out, detail.relations);
    if (!detail.settings.empty()) add_settings(out, detail.settings);
    if (!detail.deaths.empty()) add_deaths(out, detail.deaths);
    if (!detail.last_lines.empty()) {
        out.list("last log lines");
        for (const log_line& line : detail.last_lines) {
            std::string time = line.stamped ? readable_time(line.when, zone::local) : std::string(23, ' ');
            out.add("  " + paint(time, colour::dim, on.colours) + "  " +
                    safe_to_show(text_of(line), on.colours) + (on.colours ? "\x1b[0m" : "") + "\n");
        }
    }
    return out.take();
}

} // namespace reeve::svctl
