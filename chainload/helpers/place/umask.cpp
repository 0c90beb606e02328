// umask MASK PROGRAM …: sets the file mode creation mask, an octal number from 0 to 777.
#include "chainload/helpers/place/helpers.hpp"
#include "chainload/helpers/place/octal.hpp"

#include <sys/stat.h>

namespace reeve::chainload {

next run_umask(char** arguments, process& self) {
    if (arguments[1] == nullptr || arguments[2] == nullptr) return self.wrong_usage();
    auto mask = parse_octal(arguments[1], 0777);
    if (!mask) return self.wrong_usage("umask: MASK is an octal number from 0 to 777\n");
    ::umask(*mask);
    return self.go_on(arguments + 2);
}

} // namespace reeve::chainload
