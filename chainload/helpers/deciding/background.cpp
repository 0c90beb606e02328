// background [-d] { COMMAND … } PROGRAM …: starts COMMAND beside PROGRAM, whose variable ! is COMMAND's pid. COMMAND is
// PROGRAM's child; with -d it is not, and PROGRAM need not wait for it. As execline's.
#include "chainload/helpers/block.hpp"
#include "chainload/helpers/block_program.hpp"
#include "chainload/helpers/deciding/helpers.hpp"
#include "chainload/helpers/detached_child.hpp"
#include "chainload/option_reader.hpp"

#include <unistd.h>

namespace reeve::chainload {

next run_background(char** arguments, process& self) {
    bool detached = false;
    option_reader options(arguments, "d");
    while (char option = options.next()) {
        if (option == option_reader::problem) return self.wrong_usage(options.complaint().view());
        detached = true;
    }
    auto beside = read_block(options.rest());
    if (!beside) return self.wrong_usage(no_block("background", options.rest()).view());
    const char* name = beside->command[0];
    if (name == nullptr) return self.wrong_usage("background: the block is empty\n");
    if (int error = why_not_runnable(name, self.variables.get("PATH")); error != 0)
        return self.unable(error, "run ", name);
    result<pid_t> child = detached ? fork_detached() : result<pid_t>(::fork());
    if (!child || *child < 0) return self.unable(child ? errno : child.why().error, "fork");
    if (*child == 0) return self.go_on(beside->command);
    if (!self.variables.set("!", text_buffer<16>(*child).view())) return self.out_of_memory();
    return *beside->rest != nullptr ? self.go_on(beside->rest) : self.done(0);
}

} // namespace reeve::chainload
