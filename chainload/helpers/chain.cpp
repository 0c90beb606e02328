#include "chainload/helpers/chain.hpp"

#include "chainload/exec_search.hpp"
#include "chainload/file.hpp"
#include "chainload/helpers/helpers.hpp"
#include "chainload/helpers/own_program.hpp"
#include "chainload/option_reader.hpp"

#include <unistd.h>

namespace reeve::chainload {

namespace {
constexpr char no_fuse[] = "CHAINLOAD_NO_FUSE";
constexpr std::string_view own_name = "chainload";

struct attempt {
    char** command;
    char* const* environment;
    const helper* namesake; // the helper that command[0] is called like; null: none
    own_program& self;
    int error = ENOENT;
    const helper* fused = nullptr; // the helper that goes on in this process
};

// One place where the next program may be. True: look no further.
bool try_at(void* argument, const char* path) {
    attempt& one = *static_cast<attempt*>(argument);
    if (one.namesake != nullptr) {
        int error;
        if (one.self.is_at(path, error)) {
            one.fused = one.namesake;
            return true;
        }
        // To be told so by an exec takes much longer.
        if (error == ENOENT || error == ENOTDIR) return false;
    }
    ::execve(path, one.command, one.environment);
    if (errno == ENOENT || errno == ENOTDIR) return false;
    if (one.error == ENOENT) one.error = errno;
    // What is there but may not be executed does not end the search, as with execvp and in daemontools.
    return errno != EACCES && errno != EPERM && errno != EISDIR;
}

int exit_code_of(const helper& last, int error) {
    if (last.unrunnable_code != 0) return last.unrunnable_code;
    return error == ENOENT ? not_found : cannot_exec;
}
} // namespace

int run_chain(const helper& first, char** arguments, char** inherited) {
    process self(inherited);
    own_program program_file;
    auto end = [&](int code) {
        (void)write_all(STDERR_FILENO, self.message());
        return code;
    };
    const helper* current = &first;
    for (;;) {
        self.begin(*current);
        bool leaves_rights = group_of(*current).leaves_rights;
        if (!leaves_rights) program_file.learn();
        next then = current->run(arguments, self);
        if (!leaves_rights) program_file.forget_permission();
        if (then.command == nullptr) return end(then.exit_code);

        const char* program = then.program != nullptr ? then.program : then.command[0];
        const char* search = then.own_search ? then.search : self.variables.get("PATH");
        const char* forbidden = self.variables.get(no_fuse);
        // Under another name (argv0) it could not be told which helper is meant.
        bool may_fuse = then.program == nullptr && !then.by_exec &&
                        (forbidden == nullptr || forbidden != std::string_view("1"));
        char** following = then.command;
        if (may_fuse && program_name(program) == own_name && following[1] != nullptr)
            ++following; // "chainload NAME …"
        const helper* namesake = may_fuse ? find_helper(program_name(following[0])) : nullptr;
        attempt one{then.command, self.variables.list(), namesake, program_file};
        if (program[0] != '\0') search_program(program, search, try_at, &one);
        if (one.fused == nullptr) {
            (void)self.unable(one.error, "run ", program);
            return end(exit_code_of(*current, one.error));
        }
        current = one.fused;
        arguments = following;
    }
}

} // namespace reeve::chainload
