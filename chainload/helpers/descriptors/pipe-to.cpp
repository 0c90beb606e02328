// pipe-to [-d] [-e] { COMMAND … } PROGRAM …: what PROGRAM writes on its standard output COMMAND reads; with -e what it
// writes on standard error as well. PROGRAM stays the process itself, so that what supervises it sees its end and its
// exit code; COMMAND is its child, with -d nobody's.
#include "chainload/helpers/block.hpp"
#include "chainload/helpers/block_program.hpp"
#include "chainload/helpers/descriptors/helpers.hpp"
#include "chainload/helpers/descriptors/high_pipe.hpp"
#include "chainload/helpers/detached_child.hpp"
#include "chainload/option_reader.hpp"

#include <unistd.h>

namespace reeve::chainload {

next run_pipe_to(char** arguments, process& self) {
    bool detached = false, errors_too = false;
    option_reader options(arguments, "de");
    while (char option = options.next()) {
        if (option == option_reader::problem) return self.wrong_usage(options.complaint().view());
        detached = detached || option == 'd';
        errors_too = errors_too || option == 'e';
    }
    auto reader = read_block(options.rest());
    if (!reader) return self.wrong_usage(no_block("pipe-to", options.rest()).view());
    const char* name = reader->command[0];
    if (name == nullptr) return self.wrong_usage("pipe-to: the block is empty\n");
    if (*reader->rest == nullptr) return self.wrong_usage();
    if (int error = why_not_runnable(name, self.variables.get("PATH")); error != 0)
        return self.unable(error, "run ", name);
    auto pipe = make_high_pipe();
    if (!pipe) return self.unable(pipe.why().error, pipe.why().step);
    result<pid_t> child = detached ? fork_detached() : result<pid_t>(::fork());
    if (!child || *child < 0) return self.unable(child ? errno : child.why().error, "fork");
    bool is_reader = *child == 0;
    int end = is_reader ? pipe->read_end.get() : pipe->write_end.get();
    bool placed = ::dup2(end, is_reader ? STDIN_FILENO : STDOUT_FILENO) >= 0 &&
                  (is_reader || !errors_too || ::dup2(end, STDERR_FILENO) >= 0);
    if (!placed) return self.unable(errno, "place the pipe");
    return self.go_on(is_reader ? reader->command : reader->rest);
}

} // namespace reeve::chainload
