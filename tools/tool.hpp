// The small clients: one lean program, known by each one's name. Each is a function that returns its exit code.
#pragma once

#include <string_view>

namespace reeve::tools {

// `arguments` begins with the name and ends with a null pointer.
int svc(char** arguments);
int svok(char** arguments);
int svstat(char** arguments);
int svup(char** arguments);
int svwait(char** arguments);

struct tool {
    std::string_view name;
    int (*run)(char** arguments);
    std::string_view usage; // what follows the name
    std::string_view help;  // one line
};

inline constexpr tool all_tools[] = {
    {"svc", svc, "[-LETTERS] dir ...", "send control letters to services"},
    {"svok", svok, "dir", "check whether supervise is running"},
    {"svstat", svstat, "[-l | --json] dir ...", "print the status of services"},
    {"svup", svup, "[-l | -L] dir ...", "check whether services are up"},
    {"svwait", svwait, "[-u | -U | -d | -D | -f] [-t DURATION] [-a | -o] dir ...",
     "wait until services are up, ready, down or have failed"},
};

constexpr const tool* find_tool(std::string_view name) {
    for (const auto& entry : all_tools)
        if (entry.name == name) return &entry;
    return nullptr;
}

// Words on stderr, as they are.
void complain(std::string_view text);
// "NAME: usage: NAME …" on stderr, and the exit code of wrong usage.
int wrong_usage(std::string_view name);

} // namespace reeve::tools
