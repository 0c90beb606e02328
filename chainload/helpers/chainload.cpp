// chainload: all helpers in one program. Which one is meant says the name it is called by, or its first argument:
// "chainload softlimit -o 100 server". chainload(1).
#include "chainload/file.hpp"
#include "chainload/helpers/chain.hpp"
#include "chainload/helpers/helpers.hpp"
#include "chainload/option_reader.hpp"

namespace {
using namespace reeve::chainload;

void print(int fd, std::string_view text) {
    (void)write_all(fd, text);
}

void print_list(int fd) {
    for (const auto& group : helper_groups()) {
        for (const auto& one : group.helpers) {
            constexpr std::string_view blanks = "                  ";
            print(fd, text_buffer<128>(one.name, blanks.substr(one.name.size()), one.help, '\n').view());
        }
    }
}

int print_help(const helper& one) {
    print(STDOUT_FILENO, text_buffer<512>("usage: ", one.name, " ", one.usage, '\n').view());
    print(STDOUT_FILENO, text_buffer<512>(one.help, "; see chainload-", group_of(one).name, "(1)\n").view());
    return 0;
}

int print_overview(int fd) {
    print(fd, "chainload: usage: chainload NAME ..., a link of that name, or chainload --list. The names:\n");
    print_list(fd);
    return fd == STDOUT_FILENO ? 0 : usage_error;
}
} // namespace

int main(int count, char** arguments) {
    if (count == 0) return usage_error;
    const helper* chosen = find_helper(program_name(arguments[0]));
    if (chosen == nullptr) {
        if (count < 2) return print_overview(STDERR_FILENO);
        std::string_view word = *++arguments;
        if (word == "--list") return print_list(STDOUT_FILENO), 0;
        if (word == "--help") return print_overview(STDOUT_FILENO);
        chosen = find_helper(word);
        if (chosen == nullptr) return print_overview(STDERR_FILENO);
    }
    // Alone: a program of that name could be meant otherwise.
    if (arguments[1] != nullptr && arguments[1] == std::string_view("--help") && arguments[2] == nullptr)
        return print_help(*chosen);
    return run_chain(*chosen, arguments, environ);
}
