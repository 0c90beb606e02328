// foreground { COMMAND … } PROGRAM …: runs COMMAND to its end, then goes on, whatever came of it: the variable ? tells
// PROGRAM, its exit code or 256 and the number of the signal that ended it. As execline's.
#include "chainload/error_text.hpp"
#include "chainload/file.hpp"
#include "chainload/helpers/block.hpp"
#include "chainload/helpers/block_program.hpp"
#include "chainload/helpers/child_watch.hpp"
#include "chainload/helpers/deciding/helpers.hpp"

#include <sys/wait.h>

namespace reeve::chainload {

namespace {
int told_code(int wait_status) {
    constexpr int killed = 256;
    return WIFSIGNALED(wait_status) ? killed + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

// The chain goes on without COMMAND, so this is said here and now.
int warn_of(const char* name, int error) {
    (void)write_all(
        STDERR_FILENO,
        text_buffer<512>("foreground: warning: unable to run ", name, ": ", error_text(error), '\n').view());
    return error == ENOENT ? not_found : cannot_exec;
}
} // namespace

next run_foreground(char** arguments, process& self) {
    auto first = read_block(arguments + 1);
    if (!first) return self.wrong_usage(no_block("foreground", arguments + 1).view());
    int code = 0;
    if (const char* name = first->command[0]; name != nullptr) {
        if (int error = why_not_runnable(name, self.variables.get("PATH")); error != 0) {
            code = warn_of(name, error);
        } else {
            child_watch watch;
            auto child = watch.fork_child();
            if (!child) return self.unable(child.why().error, child.why().step);
            if (*child == 0) return self.go_on(first->command);
            code = told_code(watch.attend(*child));
        }
    }
    if (!self.variables.set("?", text_buffer<16>(code).view())) return self.out_of_memory();
    return *first->rest != nullptr ? self.go_on(first->rest) : self.done(0);
}

} // namespace reeve::chainload
