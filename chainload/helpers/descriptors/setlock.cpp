// setlock [-nNxX] [-t DURATION] FILE PROGRAM …: runs PROGRAM while holding a lock on FILE, which is made if need be.
// The lock lasts until every copy of the descriptor is closed. As daemontools'; -t waits so long and no longer.
#include "chainload/duration.hpp"
#include "chainload/helpers/descriptors/helpers.hpp"
#include "chainload/helpers/descriptors/timed_lock.hpp"
#include "chainload/option_reader.hpp"

#include <fcntl.h>

namespace reeve::chainload {

next run_setlock(char** arguments, process& self) {
    bool wait = true, silent = false;
    std::int64_t limit_ms = -1;
    option_reader options(arguments, "nNxXt:");
    while (char option = options.next()) {
        switch (option) {
        case 'n': wait = false; break;
        case 'N': wait = true; break;
        case 'x': silent = true; break;
        case 'X': silent = false; break;
        case 't':
            if (auto limit = parse_duration(options.value())) {
                limit_ms = *limit;
                break;
            }
            return self.wrong_usage(
                "setlock: -t takes a duration: 300ms, 5s, 2m, 1h, or a number of seconds\n");
        default: return self.wrong_usage(options.complaint().view());
        }
    }
    char** rest = options.rest();
    if (rest[0] == nullptr || rest[1] == nullptr) return self.wrong_usage();
    const char* file = rest[0];
    // Open on purpose for the rest of the chain: no close-on-exec.
    int fd = ::open(file, O_WRONLY | O_NONBLOCK | O_APPEND | O_CREAT, 0600);
    if (fd < 0) return silent ? self.done(0) : self.unable(errno, "open ", file);
    if (take_lock(fd, wait ? limit_ms : 0) < 0)
        return silent ? self.done(0) : self.unable(errno, "lock ", file);
    return self.go_on(rest + 1);
}

} // namespace reeve::chainload
