// argv0 PROGRAM NAME [ARGUMENT …]: runs PROGRAM under another name, as ucspi-tcp's argv0 does.
#include "chainload/helpers/session/helpers.hpp"

namespace reeve::chainload {

next run_argv0(char** arguments, process& self) {
    const char* program = arguments[1];
    if (program == nullptr || arguments[2] == nullptr) return self.wrong_usage();
    next then = self.go_on(arguments + 2);
    then.program = program;
    return then;
}

} // namespace reeve::chainload
