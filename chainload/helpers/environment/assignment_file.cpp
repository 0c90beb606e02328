#include "chainload/helpers/environment/assignment_file.hpp"

#include "chainload/helpers/environment/utf8.hpp"

namespace reeve::chainload {

namespace {
bool is_newline(char c) {
    return c == '\n' || c == '\r';
}
bool is_blank(char c) {
    return c == ' ' || c == '\t' || is_newline(c);
}

// systemd's rule, which is the shell's.
bool is_shell_name(std::string_view name) {
    auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
    if (name.empty() || !letter(name.front())) return false;
    for (char c : name)
        if (!letter(c) && !(c >= '0' && c <= '9')) return false;
    return true;
}
} // namespace

std::string_view fault_text(assignment_fault fault) {
    constexpr std::string_view texts[] = {
        "fine",      "no = in the line", "no name of a variable before the =", "a quote that is not closed",
        "not UTF-8", "a NUL byte"};
    return texts[static_cast<std::size_t>(fault)];
}

char assignment_reader::take() {
    char c = text_[at_++];
    if (c == '\n') ++line_;
    if (c == '\0') fault_ = assignment_fault::nul;
    return c;
}

void assignment_reader::skip_comment() {
    while (!at_end() && !is_newline(take())) {
    }
}

bool assignment_reader::skip_to_name() {
    while (!at_end()) {
        char c = text_[at_];
        if (c == '#' || c == ';')
            skip_comment();
        else if (is_blank(c))
            take();
        else
            return true;
    }
    return false;
}

// False: the line has no "=".
bool assignment_reader::read_name(assignment& into) {
    std::size_t begin = at_, end = at_;
    while (!at_end()) {
        char c = text_[at_];
        if (is_newline(c)) break;
        take();
        if (c == '=' && at_ > begin + 1) { // a line that begins with it has no name before it
            into.name = {text_.data() + begin, end - begin};
            return true;
        }
        if (!is_blank(c)) end = at_;
    }
    into.name = {text_.data() + begin, end - begin};
    return false;
}

// The rest of the value once it has begun without a quote.
void assignment_reader::read_plain() {
    std::size_t solid = end_; // blanks behind it are cut
    while (!at_end()) {
        char c = take();
        if (is_newline(c)) break;
        if (c != '\\') {
            keep(c);
            if (!is_blank(c)) solid = end_;
            continue;
        }
        if (!at_end())
            if (char escaped = take(); !is_newline(escaped)) keep(escaped);
        solid = end_; // blanks before a backslash are inside
    }
    end_ = solid;
}

bool assignment_reader::read_quoted(char quote) {
    while (!at_end()) {
        char c = take();
        if (c == quote) return true;
        if (c == '\\' && quote == '"') {
            if (at_end()) return false;
            char escaped = take();
            constexpr std::string_view special = "\"\\`$";
            if (special.find(escaped) == std::string_view::npos && escaped != '\n') keep('\\');
            if (escaped != '\n') keep(escaped);
        } else {
            keep(c);
        }
    }
    return false;
}

std::string_view assignment_reader::read_value() {
    std::size_t begin = end_ = at_;
    while (!at_end()) {
        char c = text_[at_];
        if (is_newline(c)) {
            take();
            break;
        }
        if (c == '\'' || c == '"') {
            take();
            if (!read_quoted(c) && fault_ == assignment_fault::none) fault_ = assignment_fault::open_quote;
        } else if (is_blank(c)) {
            take();
        } else {
            read_plain();
            break;
        }
    }
    return {text_.data() + begin, end_ - begin};
}

bool assignment_reader::next(assignment& into) {
    fault_ = assignment_fault::none;
    bool more = skip_to_name();
    into = {{}, {}, line_};
    if (!more) return fault_ != assignment_fault::none; // a NUL in the last comment
    bool equals = read_name(into);
    if (equals) into.value = read_value();
    // What makes the file unreadable goes before what makes the line so.
    if (fault_ == assignment_fault::nul) return true;
    if (equals && !(is_utf8(into.name) && is_utf8(into.value)))
        fault_ = assignment_fault::not_utf8;
    else if (!equals)
        fault_ = assignment_fault::no_equals;
    else if (!is_shell_name(into.name))
        fault_ = assignment_fault::bad_name;
    return true;
}

} // namespace reeve::chainload
