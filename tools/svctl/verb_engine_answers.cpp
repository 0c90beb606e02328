// svctl why, blame, events, diff and reload-definitions: what the engine answers, as text.
#include "tools/svctl/display_width.hpp"
#include "tools/svctl/engine_client.hpp"
#include "tools/svctl/output.hpp"
#include "tools/svctl/progress.hpp"
#include "tools/svctl/service_detail.hpp"
#include "tools/svctl/table.hpp"
#include "tools/svctl/time_text.hpp"
#include "tools/svctl/verbs.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>

namespace reeve::svctl {

namespace json = boost::json;

namespace {
json::array name_list(const std::vector<std::string>& names) {
    json::array list;
    for (const std::string& name : names) list.emplace_back(name);
    return list;
}

std::string one_decimal(double milliseconds) {
    std::array<char, 32> text;
    std::snprintf(text.data(), text.size(), "%.1f ms", milliseconds);
    return text.data();
}

double real_field(const json::object& from, std::string_view name) {
    const json::value* found = from.if_contains(name);
    return found != nullptr && found->is_number() ? found->to_number<double>() : -1;
}

// "web is down: needs db (requires), which gave up / db: exited 3": root cause first.
std::string why_text(const json::object& one, const terminal& on) {
    std::string name = text_field(one, "service"), phase = text_field(one, "phase");
    std::string text =
        paint(name, colour::bold, on.colours) + " is " + paint(phase, phase_colour(phase), on.colours);
    const json::array& holders = list_field(one, "holders");
    if (holders.empty()) {
        text += flag_field(one, "goal") ? "\n" : "; nothing asks for it\n";
    } else {
        std::string chain;
        for (const json::value& holder : holders)
            if (holder.is_string() && holder.as_string() != name)
                chain += (chain.empty() ? "" : ", which is held by ") + std::string(holder.as_string());
        text += chain.empty() ? "; it was asked for\n" : "; it is held by " + chain + "\n";
    }
    const json::array& steps = list_field(one, "chain");
    for (std::size_t i = steps.size(); i-- > 0;) {
        if (!steps[i].is_object()) continue;
        const json::object& step = steps[i].as_object();
        text += "  " + text_field(step, "service") + ": " + safe_to_show(text_field(step, "text")) + "\n";
    }
    return text;
}

std::string last_lines_text(const scan_directory& tree, const std::string& name) {
    process_table processes;
    service_detail detail = look_closely(tree, look_at_service(tree, name, processes));
    std::string text;
    for (const log_line& line : detail.last_lines) text += "  | " + safe_to_show(line.text) + "\n";
    return text.empty() ? text : "the last lines of " + name + ":\n" + text;
}

void add_list(std::string& text, const json::array& list, std::string_view word) {
    for (const json::value& one : list)
        if (one.is_string()) text += std::string(word) + "  " + std::string(one.as_string()) + "\n";
}

void add_relations(std::string& text, const json::array& list, std::string_view word) {
    for (const json::value& entry : list) {
        if (!entry.is_object()) continue;
        const json::object& one = entry.as_object();
        text += std::string(word) + "  " + text_field(one, "from") + " " + text_field(one, "relation") + " " +
                text_field(one, "to") + "\n";
    }
}
} // namespace

exit_code run_why(const command_options& shared, const why_options& options) {
    scan_directory tree(choose_scan_directory(shared.scan_directory));
    engine_client engine(tree);
    json::object answer =
        engine.ask({{"do", "why"}, {"services", name_list(tree.expand(options.names))}}, "why");
    terminal on = look_at_output(STDOUT_FILENO, shared.colours);
    output out;
    if (options.json) {
        out.add(json::serialize(answer) + "\n");
    } else {
        for (const json::value& entry : list_field(answer, "services")) {
            if (!entry.is_object()) continue;
            const json::object& one = entry.as_object();
            out.add(why_text(one, on));
            const json::array& chain = list_field(one, "chain");
            if (chain.empty() || !chain.back().is_object()) continue;
            std::string root = text_field(chain.back().as_object(), "service");
            if (is_directory(tree.fd(), root.c_str())) out.add(last_lines_text(tree, root));
        }
    }
    out.flush();
    return exit_code::success;
}

exit_code run_blame(const command_options& shared, const blame_options& options) {
    scan_directory tree(choose_scan_directory(shared.scan_directory));
    engine_client engine(tree);
    json::object answer = engine.ask({{"do", "blame"}}, "blame");
    output out;
    if (options.json) {
        out.add(json::serialize(answer) + "\n");
        out.flush();
        return exit_code::success;
    }
    std::vector<const json::object*> rows;
    for (const json::value& entry : list_field(answer, "services"))
        if (entry.is_object()) rows.push_back(&entry.as_object());
    std::stable_sort(rows.begin(), rows.end(), [](const json::object* a, const json::object* b) {
        return real_field(*a, "ready_ms") > real_field(*b, "ready_ms");
    });
    table content;
    content.columns = {{"TOOK", true}, {"NAME"}, {"WAITED FOR", false, 1}};
    for (const json::object* one : rows) {
        double took = real_field(*one, "ready_ms");
        std::string waited = text_field(*one, "waited_for");
        content.rows.push_back(
            {{took < 0 ? "not ready" : one_decimal(took), took < 0 ? colour::yellow : colour::none},
             {text_field(*one, "service"), colour::bold},
             {waited.empty() ? "-" : waited, colour::dim}});
    }
    terminal on = look_at_output(STDOUT_FILENO, shared.colours);
    out.add(rows.empty() ? "this engine has started nothing\n" : format_table(content, on.width, on.colours));
    out.flush();
    return exit_code::success;
}

exit_code run_events(const command_options& shared, const events_options& options) {
    scan_directory tree(choose_scan_directory(shared.scan_directory));
    json::object request{{"do", "subscribe"}};
    if (!options.names.empty()) request["services"] = name_list(tree.expand(options.names));
    engine_client engine(tree);
    (void)engine.ask(std::move(request), "subscribed");
    terminal on = look_at_output(STDOUT_FILENO, shared.colours);
    while (auto said = engine.receive()) {
        output out;
        if (options.json) {
            out.add(json::serialize(*said) + "\n");
        } else if (text_field(*said, "type") == "event") {
            std::string phase = text_field(*said, "phase"),
                        waits = text_field(object_field(*said, "waits_for"), "text");
            std::string end = text_field(*said, "end");
            if (phase == "backoff" || phase == "failed") waits = end;
            out.add(readable_time(moment_of_ms(number_field(*said, "at")), zone::local) + "  " +
                    text_field(*said, "service") + "  " + paint(phase, phase_colour(phase), on.colours) +
                    (waits.empty() ? "" : "  " + safe_to_show(waits)) + "\n");
        }
        out.flush();
    }
    throw verb_error(exit_code::failed, "the engine has ended");
}

exit_code run_diff(const command_options& shared, const diff_options& options) {
    scan_directory tree(choose_scan_directory(shared.scan_directory));
    engine_client engine(tree);
    json::object answer = engine.ask({{"do", options.load ? "reload-definitions" : "diff"}}, "diff");
    output out;
    if (options.json) {
        out.add(json::serialize(answer) + "\n");
        out.flush();
        return exit_code::success;
    }
    std::string text;
    add_list(text, list_field(answer, "added"), "added    ");
    add_list(text, list_field(answer, "removed"), "removed  ");
    for (const json::value& entry : list_field(answer, "changed")) {
        if (!entry.is_object()) continue;
        for (const json::value& what : list_field(entry.as_object(), "what"))
            if (what.is_string())
                text += "changed    " + text_field(entry.as_object(), "service") + "  " +
                        safe_to_show(what.as_string()) + "\n";
    }
    add_relations(text, list_field(answer, "relations_added"), "relation  +");
    add_relations(text, list_field(answer, "relations_removed"), "relation  -");
    for (const json::value& entry : list_field(answer, "problems"))
        if (entry.is_object())
            text += "problem    " + text_field(entry.as_object(), "file") + ": " +
                    safe_to_show(text_field(entry.as_object(), "text")) + "\n";
    if (text.empty())
        text = "nothing has changed since the definitions were loaded\n";
    else
        text += plan_text(answer, look_at_output(STDOUT_FILENO, shared.colours));
    out.add(text);
    out.flush();
    return exit_code::success;
}

} // namespace reeve::svctl
