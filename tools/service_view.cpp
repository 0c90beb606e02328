#include "tools/service_view.hpp"

#include "chainload/printable.hpp"
#include "tools/iso_time.hpp"
#include "tools/last_end.hpp"

#include <optional>

namespace reeve::tools {

using supervise::phase;
using supervise::status_record;
using supervise::want;

namespace {
std::uint64_t milliseconds_of(timespec time) {
    return static_cast<std::uint64_t>(time.tv_sec) * 1000 +
           static_cast<std::uint64_t>(time.tv_nsec) / 1'000'000;
}

// A stamp, and how long ago it was: 0 if the clock was stepped back behind it.
struct moment {
    std::uint64_t at, ago;
    moment(const chainload::tai64n& stamp, timespec now)
        : moment(chainload::unpack_tai64n(stamp), now) {}
    moment(timespec time, timespec now)
        : at(milliseconds_of(time)) {
        std::uint64_t present = milliseconds_of(now);
        ago = present > at ? present - at : 0;
        // daemontools subtracts whole seconds.
        seconds = now.tv_sec > time.tv_sec ? static_cast<std::uint64_t>(now.tv_sec - time.tv_sec) : 0;
    }
    std::uint64_t seconds;
};

struct named_flag {
    bool status_record::*member;
    std::string_view name;
};
constexpr named_flag flags[] = {
    {&status_record::paused, "paused"},
    {&status_record::stop_sent, "stop-sent"},
    {&status_record::waits_for_engine, "waits-for-engine"},
    {&status_record::skipped, "skipped"},
    {&status_record::forking, "forking"},
    {&status_record::adopted, "adopted"},
    {&status_record::exit_wanted, "exit-wanted"},
    {&status_record::foreign, "foreign"},
};

std::string_view name_of(want value) {
    return value == want::up ? "up" : value == want::down ? "down" : "once";
}

std::uint64_t restarts_of(const status_record& record) {
    return record.starts > 0 ? record.starts - 1 : 0;
}

bool is_zero(const chainload::tai64n& stamp) {
    return stamp == chainload::tai64n{};
}

void print_key(std::string_view key, output& out) {
    constexpr std::string_view blanks = "               ";
    out.add("    ").add(key).add(blanks.substr(key.size()));
}

void print_fact(std::string_view key, std::string_view value, output& out) {
    print_key(key, out);
    out.add(value.empty() ? "-" : value).add("\n");
}

// What only our own records count.
void print_count(std::string_view key, std::uint64_t number, const status_record& record, output& out) {
    print_fact(key, record.foreign ? "" : chainload::text_buffer<24>(number).view(), out);
}

void print_moment(std::string_view key, const moment& when, output& out) {
    print_fact(key,
               chainload::text_buffer<80>(format_iso_time(when.at).view(), " (", when.seconds, " s)").view(),
               out);
}

// A text of the service's own, kept to one line: what could move the cursor of a terminal becomes "?".
void print_text(std::string_view key, std::string_view text, output& out) {
    if (text.empty()) return print_fact(key, text, out);
    print_key(key, out);
    chainload::each_printable(text, "?", [&](std::string_view shown) { out.add(shown); });
    out.add("\n");
}

void print_flags(const status_record& record, output& out) {
    chainload::text_buffer<128> set;
    for (const auto& flag : flags)
        if (record.*flag.member) set.add(set.view().empty() ? "" : " ").add(flag.name);
    print_fact("flags", set.view(), out);
}
} // namespace

void print_line(const service_view& view, timespec now, output& out) {
    out.add(view.dir).add(": ");
    if (!view.problem.view().empty()) {
        out.add(view.problem);
        return;
    }
    const status_record& record = view.record;
    bool running = record.pid != 0;
    if (running)
        out.add("up (pid ").add(record.pid).add(") ");
    else
        out.add("down ");
    out.add(moment(record.changed, now).seconds).add(" seconds");
    if (running && !view.normally_up) out.add(", normally down");
    if (!running && view.normally_up) out.add(", normally up");
    if (running && record.paused) out.add(", paused");
    if (!running && record.want == want::up) out.add(", want up");
    if (running && record.want == want::down) out.add(", want down");
}

void print_long(const service_view& view, timespec now, output& out) {
    print_line(view, now, out);
    out.add("\n");
    if (!view.problem.view().empty()) return;
    const status_record& record = view.record;
    chainload::text_buffer<64> phase_words(supervise::name_of(record.phase));
    if (record.phase == phase::failed && record.give_up != supervise::give_up::none)
        phase_words.add(" (").add(supervise::name_of(record.give_up)).add(")");
    print_fact("phase", phase_words.view(), out);
    print_fact("want", name_of(record.want), out);
    print_moment("since", moment(record.changed, now), out);
    if (is_zero(record.ready_since))
        print_fact("ready since", "", out);
    else
        print_moment("ready since", moment(record.ready_since, now), out);
    print_fact("pid", record.pid == 0 ? "" : chainload::text_buffer<24>(record.pid).view(), out);
    print_count("starts", record.starts, record, out);
    print_count("restarts", restarts_of(record), record, out);
    print_count("deaths", record.deaths, record, out);
    print_fact("last end", describe_end(record.cause, record.wait_status).view(), out);
    if (record.phase == phase::backoff && record.next_start != 0) {
        std::uint64_t present = milliseconds_of(now);
        std::uint64_t left = record.next_start > present ? record.next_start - present : 0;
        print_fact(
            "next start",
            chainload::text_buffer<80>(format_iso_time(record.next_start).view(), " (in ", left, " ms)")
                .view(),
            out);
    } else {
        print_fact("next start", "", out);
    }
    print_text("status", record.status_text(), out);
    print_fact("supervise pid",
               record.supervise_pid == 0 ? "" : chainload::text_buffer<24>(record.supervise_pid).view(), out);
    print_count("commands", record.commands, record, out);
    print_flags(record, out);
}

void print_json(const service_view& view, timespec now, json_writer& out) {
    const status_record& record = view.record;
    out.begin_object();
    out.name("dir").string(view.dir);
    out.name("supervised").boolean(view.supervised);
    out.name("error").string_or_null(view.problem.view());
    if (!view.problem.view().empty()) return out.end_object();

    auto number_or_null = [&](std::string_view name, std::uint64_t number) {
        out.name(name);
        if (number == 0) return out.null();
        out.number(number);
    };
    auto count = [&](std::string_view name, std::uint64_t number) {
        out.name(name);
        if (record.foreign) return out.null();
        out.number(number);
    };
    moment since(record.changed, now);
    out.name("up").boolean(is_up(record.phase));
    out.name("ready").boolean(is_ready(record));
    out.name("phase").string(supervise::name_of(record.phase));
    out.name("give_up");
    if (record.give_up == supervise::give_up::none)
        out.null();
    else
        out.string(supervise::name_of(record.give_up));
    out.name("want").string(name_of(record.want));
    out.name("normally_up").boolean(view.normally_up);
    number_or_null("pid", record.pid);
    out.name("since").string(format_iso_time(since.at).view());
    out.name("seconds").number(since.seconds);
    out.name("ready_since");
    if (is_zero(record.ready_since))
        out.null();
    else
        out.string(format_iso_time(moment(record.ready_since, now).at).view());
    count("starts", record.starts);
    count("restarts", restarts_of(record));
    count("deaths", record.deaths);
    count("readiness_changes", record.readiness);
    count("commands", record.commands);
    out.name("last_end");
    if (record.cause == supervise::cause::none) {
        out.null();
    } else {
        int status = static_cast<int>(record.wait_status);
        bool known = record.cause != supervise::cause::failed && record.cause != supervise::cause::unknown;
        out.begin_object();
        out.name("cause").string(supervise::name_of(record.cause));
        out.name("code");
        if (known && WIFEXITED(status))
            out.number(static_cast<unsigned>(WEXITSTATUS(status)));
        else
            out.null();
        out.name("signal").string_or_null(
            known && WIFSIGNALED(status) ? chainload::signal_name(WTERMSIG(status)) : "");
        out.name("text").string(describe_end(record.cause, record.wait_status).view());
        out.end_object();
    }
    out.name("next_start")
        .string_or_null(record.phase == phase::backoff && record.next_start != 0
                            ? format_iso_time(record.next_start).view()
                            : std::string_view{});
    out.name("status").string_or_null(record.status_text());
    number_or_null("supervise_pid", record.supervise_pid);
    out.name("flags").begin_array();
    for (const auto& flag : flags)
        if (record.*flag.member) out.string(flag.name);
    out.end_array();
    out.end_object();
}

} // namespace reeve::tools
