#include "tools/svctl/progress.hpp"

#include "tools/svctl/display_width.hpp"
#include "tools/svctl/engine_client.hpp"

#include <algorithm>
#include <boost/json/array.hpp>

namespace reeve::svctl {

namespace json = boost::json;

namespace {
constexpr std::size_t bar_width = 30;

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(width, text.size()), ' ');
    return text;
}

std::string_view action_word(std::string_view letters) {
    if (letters == "u") return "start";
    if (letters == "d") return "stop";
    if (letters == "l") return "reload";
    if (letters == "0") return "reset";
    return letters.empty() ? "" : "restart";
}

// What is waited for, but for the moment that a supervisor needs to take a command.
std::string waiting_text(const json::object& event) {
    const json::object& waits = object_field(event, "waits_for");
    return text_field(waits, "why") == "supervisor" ? std::string() : text_field(waits, "text");
}

bool is_up(std::string_view phase) {
    return phase == "ready" || phase == "done";
}
bool is_at_rest(std::string_view phase) {
    return phase == "down" || phase == "failed" || phase == "skipped";
}
// Whether a service of which nothing was told so far stands where it stood before the plan.
bool has_not_moved(std::string_view letters, std::string_view phase) {
    if (letters.starts_with('u')) return is_at_rest(phase);
    return letters.starts_with('d') && (is_up(phase) || phase == "up");
}
} // namespace

colour phase_colour(std::string_view phase) {
    if (is_up(phase)) return colour::green;
    if (phase == "failed") return colour::red;
    if (phase == "down" || phase == "skipped") return colour::dim;
    return colour::yellow;
}

bool progress::arrives(const line& one) {
    if (one.letters.empty()) return is_up(one.phase) || is_at_rest(one.phase);
    return one.letters.back() == 'd' ? is_at_rest(one.phase) : is_up(one.phase) || one.letters.back() != 'u';
}

progress::line& progress::note(const std::string& name) {
    auto [found, added] = lines_.try_emplace(name);
    if (added) order_.push_back(name);
    width_ = std::max(width_, name.size());
    return found->second;
}

std::string progress::text_of(const std::string& name, const line& one) const {
    std::string tail = one.phase == "failed" || one.phase == "backoff" ? one.end : one.waits;
    return padded(name, width_) + "  " + one.phase + (tail.empty() ? "" : "  (" + safe_to_show(tail) + ")") +
           "\n";
}

std::string progress::begin(const json::object& plan, const json::object& before) {
    for (const json::value& step : list_field(plan, "steps"))
        if (step.is_object())
            note(text_field(step.as_object(), "service")).letters += text_field(step.as_object(), "letter");
    std::string text, waiting;
    for (const json::value& entry : list_field(before, "services")) {
        if (!entry.is_object()) continue;
        const json::object& seen = entry.as_object();
        std::string name = text_field(seen, "name");
        line& one = note(name);
        one.phase = text_field(seen, "phase");
        one.end = text_field(seen, "end");
        if (!one.letters.empty()) continue;
        one.waits = waiting_text(seen);
        one.arrived = flag_field(seen, "settled");
        if (!one.arrived) waiting += text_of(name, one);
    }
    for (const json::value& note : list_field(plan, "notes"))
        if (note.is_string()) text += safe_to_show(note.as_string()) + "\n";
    return text + (on_.interactive ? draw() : waiting);
}

std::string progress::change(const json::object& event) {
    std::string name = text_field(event, "service");
    line& one = note(name);
    line before = one;
    one.phase = text_field(event, "phase");
    one.waits = waiting_text(event);
    one.end = text_field(event, "end");
    one.arrived = one.arrived || (arrives(one) && before.phase != one.phase);
    if (on_.interactive) return draw();
    bool same = before.phase.empty() ? has_not_moved(one.letters, one.phase) : one.phase == before.phase;
    return same && one.waits == before.waits ? std::string() : text_of(name, one);
}

// The block anew, over the one before.
std::string progress::draw() {
    std::string text;
    if (drawn_ > 0) text = "\x1b[" + std::to_string(drawn_) + "A\x1b[J";
    std::vector<std::string> shown;
    std::size_t arrived = 0;
    for (const std::string& name : order_) {
        if (lines_[name].arrived)
            ++arrived;
        else if (shown.size() < most_lines_)
            shown.push_back(name);
    }
    for (std::size_t i = order_.size(); i-- > 0 && shown.size() < most_lines_;)
        if (lines_[order_[i]].arrived) shown.insert(shown.begin(), order_[i]);
    for (const std::string& name : shown) {
        const line& one = lines_[name];
        std::string rest = one.phase == "failed" || one.phase == "backoff" ? one.end : one.waits;
        std::string phase = padded(one.phase.empty() ? "-" : one.phase, 9);
        std::string plain =
            padded(name, width_) + "  " + padded(std::string(action_word(one.letters)), 7) + "  ";
        std::size_t used = plain.size() + phase.size() + 2;
        rest = on_.width == 0     ? safe_to_show(rest)
               : on_.width > used ? cut_to_width(safe_to_show(rest), on_.width - used)
                                  : std::string();
        text += plain + paint(phase, phase_colour(one.phase), on_.colours) + "  " +
                paint(rest, colour::dim, on_.colours) + "\n";
    }
    drawn_ = shown.size();
    if (!order_.empty()) {
        std::size_t filled = arrived * bar_width / order_.size();
        text += "[" + std::string(filled, '#') + std::string(bar_width - filled, '.') + "] " +
                std::to_string(arrived) + " of " + std::to_string(order_.size()) + "\n";
        ++drawn_;
    }
    return text;
}

std::string progress::end(const json::object& result) {
    std::string text;
    if (drawn_ > 0) text = "\x1b[" + std::to_string(drawn_) + "A\x1b[J";
    drawn_ = 0;
    const json::array& results = list_field(result, "results");
    std::size_t width = 0;
    for (const json::value& one : results)
        if (one.is_object()) width = std::max(width, text_field(one.as_object(), "service").size());
    for (const json::value& entry : results) {
        if (!entry.is_object()) continue;
        const json::object& one = entry.as_object();
        std::string how = text_field(one, "result"), why = text_field(one, "text");
        bool well = how == "done" || how == "already";
        if (how == "timeout") why = "it is " + why + "; what was begun goes on";
        text += padded(text_field(one, "service"), width) + "  " + text_field(one, "verb") + "  " +
                paint(how, well ? colour::green : colour::red, on_.colours) +
                (why.empty() ? "" : "  " + safe_to_show(why)) + "\n";
    }
    return text;
}

std::string steps_text(const json::object& plan, const terminal& on) {
    std::size_t width = 0;
    for (const json::value& step : list_field(plan, "steps"))
        if (step.is_object()) width = std::max(width, text_field(step.as_object(), "service").size());
    std::string text;
    std::int64_t wave = 0;
    for (const json::value& entry : list_field(plan, "steps")) {
        if (!entry.is_object()) continue;
        const json::object& step = entry.as_object();
        if (number_field(step, "wave") != wave && !text.empty()) text += "\n";
        wave = number_field(step, "wave");
        std::string letter = text_field(step, "letter");
        text += padded(std::string(action_word(letter)), 6) + "  " +
                padded(text_field(step, "service"), width) + "  " +
                paint(safe_to_show(text_field(step, "why")), colour::dim, on.colours) + "\n";
    }
    for (const json::value& entry : list_field(plan, "held"))
        if (entry.is_object())
            text += "held    " + padded(text_field(entry.as_object(), "service"), width) + "  " +
                    paint(safe_to_show(text_field(entry.as_object(), "text")), colour::yellow, on.colours) +
                    "\n";
    for (const json::value& note : list_field(plan, "notes"))
        if (note.is_string()) text += "note    " + safe_to_show(note.as_string()) + "\n";
    return text;
}

std::string plan_text(const json::object& plan, const terminal& on) {
    std::string text = steps_text(plan, on);
    if (text.empty()) text = "nothing would be done\n";
    if (std::string hash = text_field(plan, "hash"); !hash.empty()) text += "hash    " + hash + "\n";
    return text;
}

} // namespace reeve::svctl
