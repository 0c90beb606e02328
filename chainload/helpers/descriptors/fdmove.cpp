// fdmove [-c] TO FROM PROGRAM …: renumbers descriptor FROM to TO; with -c copies it. As execline's.
#include "chainload/helpers/descriptors/fd_number.hpp"
#include "chainload/helpers/descriptors/helpers.hpp"
#include "chainload/option_reader.hpp"

#include <unistd.h>

namespace reeve::chainload {

next run_fdmove(char** arguments, process& self) {
    bool copy = false;
    option_reader options(arguments, "c");
    while (char option = options.next()) {
        if (option == option_reader::problem) return self.wrong_usage(options.complaint().view());
        copy = true;
    }
    char** rest = options.rest();
    if (rest[0] == nullptr || rest[1] == nullptr || rest[2] == nullptr) return self.wrong_usage();
    auto to = parse_fd(rest[0]), from = parse_fd(rest[1]);
    if (!to || !from) return self.wrong_usage("fdmove: TO and FROM are numbers\n");
    bool done = copy ? ::dup2(*from, *to) >= 0 : move_fd(*from, *to);
    if (!done) return self.unable(errno, copy ? "copy" : "move", " descriptor ", rest[1], " to ", rest[0]);
    return self.go_on(rest + 2);
}

} // namespace reeve::chainload
