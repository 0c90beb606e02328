// Any bytes as a file of assignments: what is read is what a machine of one state per character gives, written here a
// second time from systemd.exec(5); values can be written back in quotes and read again.
#include "chainload/helpers/environment/assignment_file.hpp"

#include "chainload/helpers/environment/utf8.hpp"
#include "tests/fuzz/targets.hpp"

#include <string>
#include <vector>

namespace reeve::tests {

using chainload::assignment;
using chainload::assignment_fault;
using chainload::assignment_reader;

namespace {
struct pair {
    std::string name, value;
    bool operator==(const pair&) const = default;
};

constexpr std::string_view line_ends = "\n\r", blanks = " \t\n\r";

bool among(std::string_view set, char c) {
    return set.find(c) != std::string_view::npos;
}

std::string trimmed(std::string text, std::size_t least = 0) {
    while (text.size() > least && among(blanks, text.back())) text.pop_back();
    return text;
}

// All assignments, whatever their names.
std::vector<pair> model(std::string_view text) {
    enum class at { start, comment, name, before_value, plain, plain_escape, single, twice, twice_escape };
    std::vector<pair> all;
    pair now;
    at state = at::start;
    std::size_t solid = 0; // of the value: escaped and quoted characters are not trimmed
    auto end_line = [&] {
        all.push_back({trimmed(now.name), now.value});
        now = {};
        solid = 0;
        state = at::start;
    };
    for (char c : text) {
        bool ends = among(line_ends, c);
        switch (state) {
        case at::start:
            if (c == '#' || c == ';')
                state = at::comment;
            else if (!among(blanks, c))
                now.name = c, state = at::name;
            break;
        case at::comment:
            if (ends) state = at::start;
            break;
        case at::name:
            if (ends)
                now = {}, state = at::start;
            else if (c == '=')
                state = at::before_value;
            else
                now.name += c;
            break;
        case at::before_value:
            if (ends)
                end_line();
            else if (c == '\'')
                state = at::single;
            else if (c == '"')
                state = at::twice;
            else if (c == '\\')
                state = at::plain_escape;
            else if (!among(blanks, c))
                solid = now.value.size(), now.value += c, state = at::plain;
            break;
        case at::plain:
            if (ends)
                now.value = trimmed(now.value, solid), end_line();
            else if (c == '\\')
                state = at::plain_escape;
            else
                now.value += c;
            break;
        case at::plain_escape:
            if (!ends) now.value += c;
            solid = now.value.size();
            state = at::plain;
            break;
        case at::single:
            if (c == '\'')
                state = at::before_value;
            else
                now.value += c;
            break;
        case at::twice:
            if (c == '"')
                state = at::before_value;
            else if (c == '\\')
                state = at::twice_escape;
            else
                now.value += c;
            break;
        case at::twice_escape:
            if (!among("\"\\`$\n", c)) now.value += '\\';
            if (c != '\n') now.value += c;
            state = at::twice;
            break;
        }
    }
    if (state == at::plain) now.value = trimmed(now.value, solid);
    if (state >= at::before_value) end_line();
    return all;
}

std::string quoted(std::string_view value) {
    std::string text = "\"";
    for (char c : value) {
        if (among("\"\\`$", c)) text += '\\';
        text += c;
    }
    return text + '"';
}

void check_written_back(const assignment& one) {
    std::string text = std::string(one.name) + " = " + quoted(one.value) + "\n";
    assignment again;
    assignment_reader reader(text);
    must_hold(reader.next(again) && reader.fault() == assignment_fault::none, "a quoted value is read");
    must_hold(again.value == one.value && !reader.next(again), "a quoted value is the value");
}
} // namespace

void fuzz_envfile(std::string_view input) {
    std::string text(input);
    assignment_reader reader(text);
    std::vector<pair> seen;
    unsigned line = 1;
    for (assignment one; reader.next(one);) {
        auto fault = reader.fault();
        must_hold(!chainload::fault_text(fault).empty(), "a fault has a text");
        must_hold(one.line >= line, "lines go up");
        line = one.line;
        if (fault == assignment_fault::nul) {
            must_hold(input.find('\0') != std::string_view::npos, "there is a NUL");
            return;
        }
        if (fault == assignment_fault::no_equals) continue;
        must_hold((chainload::is_utf8(one.name) && chainload::is_utf8(one.value)) ==
                      (fault != assignment_fault::not_utf8),
                  "what is not UTF-8 is refused");
        seen.push_back({std::string(one.name), std::string(one.value)});
        if (fault == assignment_fault::none) check_written_back(one);
    }
    must_hold(input.find('\0') == std::string_view::npos, "a NUL does not pass");
    must_hold(line <= static_cast<unsigned>(input.size()) + 1, "the line exists");
    must_hold(seen == model(input), "it is what systemd reads");
}

} // namespace reeve::tests
