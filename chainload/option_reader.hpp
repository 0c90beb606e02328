// Command line options as daemontools' programs read them (subgetopt.c, sgetopt.c of daemontools 0.76): letters
// may be joined ("-dx"), a value stands in the same word or in the next one, and the first word that does not
// begin with "-", or is "-" alone, ends the options. A word that begins with "--" ends them too and is skipped.
#pragma once

#include "chainload/text.hpp"

#include <string_view>

namespace reeve::chainload {

// The last component of a program's name, as daemontools names it in complaints.
constexpr std::string_view program_name(std::string_view path) {
    return path.substr(path.find_last_of('/') + 1); // npos + 1 is 0
}

class option_reader {
public:
    static constexpr char end = '\0', problem = '?';

    // `arguments` begins with the program's name and ends with a null pointer. `letters` are the options there
    // are; one followed by ":" takes a value.
    option_reader(char** arguments, std::string_view letters)
        : arguments_(arguments)
        , next_(arguments + 1)
        , letters_(letters) {}

    // The next option's letter; `end` after the last; `problem` for one that complaint() tells about.
    char next();

    // The value of the option that next() returned last.
    const char* value() const { return value_; }
    // What follows the options.
    char** rest() const { return next_; }
    // "svc: illegal option -- z" and a newline; empty if there was no problem.
    text_buffer<128> complaint() const;

private:
    char fail(std::string_view why) {
        problem_ = why;
        return problem;
    }

    char** arguments_;
    char** next_;
    std::string_view letters_;
    std::string_view problem_;
    const char* inside_ = ""; // what is left of a word of joined letters
    const char* value_ = nullptr;
    char letter_ = '\0';
};

} // namespace reeve::chainload
