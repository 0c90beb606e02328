// if [-n] [-X] [-t | -x CODE] { COMMAND … } PROGRAM …: runs COMMAND, and goes on if it exits 0. Options as in execline's:
//   -n goes on if it does not   -t otherwise exits 0   -x CODE otherwise exits CODE   else the code is COMMAND's
//   -X a COMMAND that a signal ended has failed like any other; without it the chain halts, with -n too
#include "chainload/helpers/block.hpp"
#include "chainload/helpers/block_program.hpp"
#include "chainload/helpers/child_watch.hpp"
#include "chainload/helpers/deciding/helpers.hpp"
#include "chainload/number.hpp"
#include "chainload/option_reader.hpp"

#include <sys/wait.h>

namespace reeve::chainload {

namespace {
// An empty block is as good as a command that succeeds.
bool is_empty(const block& one) {
    return one.command[0] == nullptr;
}
} // namespace

next run_if(char** arguments, process& self) {
    bool negated = false, crash_is_failure = false;
    int halt_code = -1; // COMMAND's
    option_reader options(arguments, "nXtx:");
    while (char option = options.next()) {
        switch (option) {
        case 'n': negated = true; break;
        case 'X': crash_is_failure = true; break;
        case 't': halt_code = 0; break;
        case 'x':
            if (auto code = parse_number<unsigned char>(options.value())) {
                halt_code = *code;
                break;
            }
            return self.wrong_usage("if: -x takes an exit code from 0 to 255\n");
        default: return self.wrong_usage(options.complaint().view());
        }
    }
    auto condition = read_block(options.rest());
    if (!condition) return self.wrong_usage(no_block("if", options.rest()).view());
    int status = 0;
    if (!is_empty(*condition)) {
        const char* name = condition->command[0];
        if (int error = why_not_runnable(name, self.variables.get("PATH")); error != 0)
            return self.unable(error, "run ", name);
        child_watch watch;
        auto child = watch.fork_child();
        if (!child) return self.unable(child.why().error, child.why().step);
        if (*child == 0) return self.go_on(condition->command);
        status = watch.attend(*child);
    }
    if (WIFSIGNALED(status) && !crash_is_failure) {
        next halted = self.fatal("child crashed with signal ", WTERMSIG(status));
        halted.exit_code = exit_code_of(status);
        return halted;
    }
    if ((status == 0) == negated)
        return self.done(halt_code >= 0 ? halt_code : negated ? 1 : exit_code_of(status));
    return *condition->rest != nullptr ? self.go_on(condition->rest) : self.done(0);
}

} // namespace reeve::chainload
