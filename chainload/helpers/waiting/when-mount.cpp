// when-mount [-g] [-t DURATION] PATH|DEVICE PROGRAM …: waits until something is mounted at PATH, or DEVICE is mounted; with
// -g until it is not (any more).
#include "chainload/duration.hpp"
#include "chainload/helpers/waiting/helpers.hpp"
#include "chainload/helpers/waiting/mount_table.hpp"
#include "chainload/helpers/waiting/timed_out.hpp"
#include "chainload/option_reader.hpp"

namespace reeve::chainload {

next run_when_mount(char** arguments, process& self) {
    bool wanted = true;
    std::int64_t deadline_ms = -1;
    option_reader options(arguments, "gt:");
    while (char option = options.next()) {
        switch (option) {
        case 'g': wanted = false; break;
        case 't':
            if (auto limit = parse_duration(options.value())) {
                deadline_ms = deadline_in(*limit);
                break;
            }
            return self.wrong_usage(
                "when-mount: -t takes a duration: 300ms, 5s, 2m, 1h, or a number of seconds\n");
        default: return self.wrong_usage(options.complaint().view());
        }
    }
    char** words = options.rest();
    if (words[0] == nullptr || *words[0] == '\0' || words[1] == nullptr) return self.wrong_usage();
    {
        mount_table mounts;
        if (auto opened = mounts.open(); !opened) return self.unable(opened.why().error, opened.why().step);
        for (;;) {
            auto mounted = mounts.has(words[0]);
            if (!mounted) return self.unable(mounted.why().error, mounted.why().step);
            if (*mounted == wanted) break;
            auto changed = mounts.wait(deadline_ms);
            if (!changed) return self.unable(changed.why().error, changed.why().step);
            if (!*changed) return timed_out(self);
        }
    }
    return self.go_on(words + 1);
}

} // namespace reeve::chainload
