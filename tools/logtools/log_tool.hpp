// The log tools: one program, known by each one's name. Each is a function that returns its exit code.
#pragma once

#include <string_view>

namespace reeve::logtools {

// `arguments` begins with the name and ends with a null pointer.
int multilog(char** arguments);
int tai64n(char** arguments);
int tai64nlocal(char** arguments);
int readproctitle(char** arguments);

struct log_tool {
    std::string_view name;
    int (*run)(char** arguments);
    std::string_view usage; // what follows the name
};

inline constexpr log_tool all_log_tools[] = {
    {"multilog", multilog, "SCRIPT ..."},
    {"tai64n", tai64n, ""},
    {"tai64nlocal", tai64nlocal, ""},
    {"readproctitle", readproctitle, "[WORD ...] ....."},
};

constexpr const log_tool* find_log_tool(std::string_view name) {
    for (const auto& entry : all_log_tools)
        if (entry.name == name) return &entry;
    return nullptr;
}

} // namespace reeve::logtools
