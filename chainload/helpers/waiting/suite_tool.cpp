#include "chainload/helpers/waiting/suite_tool.hpp"

#include "chainload/exec_search.hpp"
#include "chainload/helpers/block_program.hpp"
#include "chainload/helpers/child_watch.hpp"
#include "chainload/text.hpp"

#include <climits>
#include <cstring>
#include <sys/prctl.h>

namespace reeve::chainload {

namespace {
// The path of the tool beside this program; empty if there is none.
text_buffer<PATH_MAX> beside_us(const char* name) {
    text_buffer<PATH_MAX> path;
    char self[PATH_MAX];
    ssize_t got = ::readlink("/proc/self/exe", self, sizeof self);
    if (got <= 0) return path;
    std::string_view program(self, static_cast<std::size_t>(got));
    path.add(program.substr(0, program.rfind('/') + 1)).add(name);
    if (path.overflowed() || ::access(path.c_str(), X_OK) < 0) path.clear();
    return path;
}

[[noreturn]] void become(const char* path, char* const* words, char* const* variables, bool silent) {
    // A tool that nobody waits for any more is of no use.
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (silent)
        if (int nothing = ::open("/dev/null", O_WRONLY | O_CLOEXEC); nothing >= 0)
            ::dup2(nothing, STDERR_FILENO);
    if (*path != '\0') ::execve(path, words, variables);
    (void)exec_program(words, variables);
    ::_exit(127);
}
} // namespace

result<int> run_suite_tool(char* const* words, environment& variables, bool silent) {
    auto path = beside_us(words[0]);
    if (path.view().empty())
        if (int error = why_not_runnable(words[0], variables.get("PATH")); error != 0)
            return failure{error, "run"};
    std::optional<child_watch> watch(std::in_place);
    auto child = watch->fork_child();
    if (!child) return child.why();
    if (*child == 0) {
        watch.reset(); // the mask is as before
        become(path.c_str(), words, variables.list(), silent);
    }
    return exit_code_of(watch->attend(*child));
}

const char* service_directory(const char* name, environment& variables) {
    const char* ours = variables.get("SERVICE_DIR");
    if (ours == nullptr || *ours == '\0' || std::strchr(name, '/') != nullptr) return name;
    std::string_view here(ours);
    std::string_view around = here.substr(0, here.rfind('/') + 1); // the scan directory, with a slash
    std::size_t length = std::strlen(name);
    char* path = variables.memory().take(around.size() + length + 1);
    if (path == nullptr) return nullptr;
    std::memcpy(path, around.data(), around.size());
    std::memcpy(path + around.size(), name, length + 1);
    return path;
}

} // namespace reeve::chainload
