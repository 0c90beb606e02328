#include "chainload/exec_search.hpp"

#include "chainload/text.hpp"

#include <climits>
#include <unistd.h>

namespace reeve::chainload {

bool search_program(const char* name, const char* search, bool (*visit)(void*, const char*), void* argument) {
    std::string_view wanted(name);
    if (wanted.find('/') != std::string_view::npos) return visit(argument, name);
    std::string_view path(search != nullptr ? search : "/bin:/usr/bin");
    for (;;) {
        std::size_t colon = path.find(':');
        std::string_view directory = path.substr(0, colon);
        text_buffer<PATH_MAX> candidate(directory.empty() ? std::string_view(".") : directory, '/', wanted);
        if (!candidate.overflowed() && visit(argument, candidate.c_str())) return true;
        if (colon == std::string_view::npos) return false;
        path.remove_prefix(colon + 1);
    }
}

namespace {
struct attempt {
    char* const* argv;
    char* const* environment;
    int error;
};

bool try_exec(void* argument, const char* path) {
    auto& attempt_ = *static_cast<attempt*>(argument);
    ::execve(path, attempt_.argv, attempt_.environment);
    if (errno == ENOENT || errno == ENOTDIR) return false;
    if (attempt_.error == ENOENT) attempt_.error = errno;
    // What is there but may not be executed does not end the search, as with execvp.
    return errno != EACCES && errno != EPERM && errno != EISDIR;
}
} // namespace

failure exec_program(char* const* argv, char* const* environment) {
    const char* search = nullptr;
    for (char* const* variable = environment; *variable != nullptr; ++variable)
        if (std::string_view(*variable).starts_with("PATH=")) {
            search = *variable + 5;
            break;
        }
    attempt state{argv, environment, ENOENT};
    if (argv[0][0] != '\0') search_program(argv[0], search, try_exec, &state);
    return {state.error, "run"};
}

} // namespace reeve::chainload
