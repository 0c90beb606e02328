// The assignments of a text as systemd reads an EnvironmentFile= (systemd.exec(5)). No system calls: tests and the
// fuzzer call it as envfile does.
//
//   # or ; at the beginning   a comment, to the end of the line
//   NAME=value                blanks around both are not theirs; quotes count as such only at the value's beginning,
//                             or behind another quoted part
//   \ in a plain value        the character after it as it is; before a newline both are nothing
//   '…'                       all as it is, over lines
//   "…"                       over lines; \ before " \ ` $ and newline only
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace reeve::chainload {

struct assignment {
    std::string_view name, value; // in the text's own memory
    unsigned line = 0;            // on which it begins, from 1
};

enum class assignment_fault { none, no_equals, bad_name, open_quote, not_utf8, nul };

// Words for people, which complete "FILE:LINE: ".
std::string_view fault_text(assignment_fault fault);

class assignment_reader {
public:
    // Values are unquoted in place.
    explicit assignment_reader(std::span<char> text)
        : text_(text) {}

    // The next line that is neither empty nor a comment, as far as it is understood; false at the end. What fault()
    // then says: `none`, or
    //   no_equals, bad_name   systemd ignores the line
    //   open_quote            systemd takes what is there as the value
    //   not_utf8, nul         systemd does not take the file
    bool next(assignment& into);
    assignment_fault fault() const { return fault_; }

private:
    bool at_end() const { return at_ == text_.size(); }
    bool skip_to_name();
    void skip_comment();
    bool read_name(assignment& into);
    std::string_view read_value();
    void read_plain();
    bool read_quoted(char quote);
    char take();
    void keep(char c) { text_[end_++] = c; }

    std::span<char> text_;
    std::size_t at_ = 0;  // read up to here
    std::size_t end_ = 0; // of the value under construction, never beyond at_
    unsigned line_ = 1;
    assignment_fault fault_ = assignment_fault::none;
};

} // namespace reeve::chainload
