// umask MASK PROGRAM …: sets the file mode creation mask, an octal number from 0 to 777.
#include "chainload/helpers/place/helpers.hpp"

#include <sys/stat.h>

namespace reeve::chainload {

next run_umask(char** arguments, process& self) {
    if (arguments[1] == nullptr || arguments[2] == nullptr) return self.wrong_usage();
    std::string_view text(arguments[1]);
    mode_t mask = 0;
    bool octal = !text.empty();
    for (char c : text) {
        octal = octal && c >= '0' && c <= '7' && mask <= 077;
        mask = mask * 8 + static_cast<mode_t>(c - '0');
    }
    if (!octal) return self.wrong_usage("umask: MASK is an octal number from 0 to 777\n");
    ::umask(mask);
    return self.go_on(arguments + 2);
}

} // namespace reeve::chainload
