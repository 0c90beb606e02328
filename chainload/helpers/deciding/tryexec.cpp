// tryexec [-n] [-c] [-l] [-a NAME] { PROGRAM … } FALLBACK …: becomes PROGRAM, and FALLBACK if that cannot be run; with
// -n the other way round. For the one that is tried first: -c without any variable, -a under another name, -l with a "-"
// before its name. As execline's.
#include "chainload/exec_search.hpp"
#include "chainload/helpers/block.hpp"
#include "chainload/helpers/deciding/helpers.hpp"
#include "chainload/option_reader.hpp"

#include <algorithm>
#include <unistd.h>

namespace reeve::chainload {

namespace {
struct attempt {
    char* const* words;
    char* const* environment;
};

// Returns if the program cannot be run from there.
bool become(void* argument, const char* path) {
    const attempt& one = *static_cast<attempt*>(argument);
    ::execve(path, one.words, one.environment);
    return errno != ENOENT && errno != ENOTDIR && errno != EACCES && errno != EPERM && errno != EISDIR;
}
} // namespace

next run_tryexec(char** arguments, process& self) {
    bool other_way = false, no_variables = false, login = false;
    const char* own_name = nullptr;
    option_reader options(arguments, "ncla:");
    while (char option = options.next()) {
        switch (option) {
        case 'n': other_way = true; break;
        case 'c': no_variables = true; break;
        case 'l': login = true; break;
        case 'a': own_name = options.value(); break;
        default: return self.wrong_usage(options.complaint().view());
        }
    }
    auto tried = read_block(options.rest());
    if (!tried) return self.wrong_usage(no_block("tryexec", options.rest()).view());
    if (tried->command[0] == nullptr) return self.wrong_usage("tryexec: the block is empty\n");
    if (other_way && tried->rest[0] == nullptr) return self.wrong_usage();
    char** first = other_way ? tried->rest : tried->command;
    char** fallback = other_way ? tried->command : tried->rest;

    const char* name = first[0];
    std::string_view shown = own_name != nullptr ? own_name : name;
    char* room = self.variables.memory().take(shown.size() + 2);
    if (room == nullptr) return self.out_of_memory();
    char* end = room;
    if (login) *end++ = '-';
    *std::copy(shown.begin(), shown.end(), end) = '\0';
    first[0] = room;
    char* none[] = {nullptr};
    attempt one{first, no_variables ? none : self.variables.list()};
    if (name[0] != '\0') search_program(name, self.variables.get("PATH"), become, &one);
    return *fallback != nullptr ? self.go_on(fallback) : self.done(0);
}

} // namespace reeve::chainload
