// What a chain helper is: a function that changes one thing of the process and says what to run next.
//
// A helper does not know whether it was exec'd or runs in the same process as the one before it; it must leave
// nothing behind but the change it is there for: descriptors it needed for itself are closed again.
#pragma once

#include "chainload/error_text.hpp"
#include "chainload/helpers/environment.hpp"
#include "chainload/result.hpp"
#include "chainload/text.hpp"

#include <string_view>

namespace reeve::chainload {

inline constexpr int usage_error = 100, system_error = 111, cannot_exec = 126, not_found = 127;

// What comes after a helper.
struct next {
    char** command = nullptr;      // what is left of the command line; nullptr: the chain ends with exit_code
    const char* program = nullptr; // to be exec'd under the name command[0]; nullptr: command[0] itself
    const char* search = nullptr;  // where it is looked for instead of PATH, if `own_search`
    bool own_search = false;
    bool by_exec = false; // never fused: an exec is part of what the helper does
    int exit_code = 0;
};

class process;

struct helper {
    std::string_view name;
    next (*run)(char** arguments, process& self); // arguments[0] is the name, a null pointer ends them
    std::string_view usage;                       // what follows the name
    std::string_view help;                        // one line
    // daemontools' helpers have codes of their own, which scripts know.
    int usage_code = usage_error;
    int unrunnable_code = 0; // the next program cannot be run; 0: 126, or 127 if there is none
};

// The process as helpers see it: its environment, and how to say that something is wrong.
class process {
public:
    explicit process(char** inherited)
        : variables(inherited) {}

    environment variables;

    // Runs what is left of the command line, which has to be there.
    next go_on(char** command);
    next done(int exit_code) { return {.exit_code = exit_code}; }
    // "NAME: fatal: PARTS", code 111. The parts come as values, so that texts of any length share one function.
    template <class... Parts>
    [[gnu::noinline]] next fatal(Parts... parts) {
        begin_message(": fatal: ");
        (message_.add(parts), ...);
        return end_message({});
    }
    // "NAME: fatal: unable to PARTS: REASON", code 111.
    template <class... Parts>
    [[gnu::noinline]] next unable(int error, Parts... parts) {
        begin_message(": fatal: unable to ");
        (message_.add(parts), ...);
        message_.add(": ");
        return end_message(error_text(error));
    }
    next out_of_memory() { return fatal("out of memory"); }
    // What is wrong with the command line, if more than its shape is, and the usage line.
    next wrong_usage(std::string_view complaint = {});

    // For the chain.
    void begin(const helper& one) { current_ = &one; }
    const helper& current() const { return *current_; }
    std::string_view message() const { return message_.view(); }

private:
    void begin_message(std::string_view kind);
    next end_message(std::string_view last);

    const helper* current_ = nullptr;
    text_buffer<1024> message_;
};

} // namespace reeve::chainload
