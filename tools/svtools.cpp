// svtools: the small clients in one program. Which one is meant says the name it is called by, or its first
// argument: "svtools svc -u web".
#include "chainload/file.hpp"
#include "chainload/option_reader.hpp"
#include "chainload/text.hpp"
#include "supervise/letters.hpp"
#include "tools/tool.hpp"

#include <csignal>

namespace reeve::tools {

using chainload::text_buffer;

void complain(std::string_view text) {
    // Nobody is left to tell when stderr itself fails.
    (void)chainload::write_all(STDERR_FILENO, text);
}

namespace {
constexpr int usage_error = 100;

void print(std::string_view text) {
    (void)chainload::write_all(STDOUT_FILENO, text);
}

text_buffer<256> usage_line(const tool& one, std::string_view before) {
    return text_buffer<256>(before, one.name, " ", one.usage, "\n");
}

int print_help(const tool& one) {
    print(usage_line(one, "usage: ").view());
    print(text_buffer<256>(one.help, "; see ", one.name, "(8)\n").view());
    if (one.run == svc)
        for (const auto& entry : supervise::letters)
            print(text_buffer<256>("  -", entry.name, "  ", entry.help, "\n").view());
    return 0;
}

int wrong_name() {
    complain("svtools: usage: svtools NAME ..., or a link of that name. The names:\n");
    for (const auto& entry : all_tools) complain(usage_line(entry, "  ").view());
    return usage_error;
}
} // namespace

int wrong_usage(std::string_view name) {
    complain(text_buffer<256>(name, ": ").view());
    complain(usage_line(*find_tool(name), "usage: ").view());
    return usage_error;
}

} // namespace reeve::tools

int main(int count, char** arguments) {
    using namespace reeve::tools;
    if (count == 0) return usage_error;
    // A FIFO whose reader goes away between open and write is an error to report, not a reason to die.
    std::signal(SIGPIPE, SIG_IGN);
    const tool* chosen = find_tool(reeve::chainload::program_name(arguments[0]));
    if (chosen == nullptr && count > 1) chosen = find_tool(*++arguments);
    if (chosen == nullptr) return wrong_name();
    if (arguments[1] != nullptr && arguments[1] == std::string_view("--help")) return print_help(*chosen);
    return chosen->run(arguments);
}
