// ionice [-c CLASS] [-n LEVEL] [-t] PROGRAM …: the class and the level of its disk accesses, ioprio_set(2). The options
// are util-linux': CLASS is none, realtime, best-effort or idle, or 0 to 3; LEVEL is 0 (soonest) to 7, 4 if nothing is
// said; -t goes on where the kernel refuses.
#include "chainload/helpers/limits/helpers.hpp"
#include "chainload/number.hpp"
#include "chainload/option_reader.hpp"

#include <sys/syscall.h>
#include <unistd.h>

namespace reeve::chainload {

namespace {
// By number, of <linux/ioprio.h>.
constexpr std::string_view classes[] = {"none", "realtime", "best-effort", "idle"};
constexpr unsigned realtime = 1, best_effort = 2, levels = 8, level_bits = 13;

std::optional<unsigned> parse_class(std::string_view text) {
    if (auto number = parse_number<unsigned>(text))
        return *number < std::size(classes) ? number : std::nullopt;
    for (unsigned number = 0; number < std::size(classes); ++number)
        if (classes[number] == text) return number;
    return std::nullopt;
}
} // namespace

next run_ionice(char** arguments, process& self) {
    constexpr int this_process = 1; // IOPRIO_WHO_PROCESS, with the number 0
    std::optional<unsigned> chosen, level;
    bool tolerant = false;
    option_reader options(arguments, "c:n:t");
    while (char option = options.next()) {
        if (option == option_reader::problem) return self.wrong_usage(options.complaint().view());
        if (option == 't') {
            tolerant = true;
        } else if (option == 'c') {
            chosen = parse_class(options.value());
            if (!chosen) return self.wrong_usage("ionice: CLASS is none, realtime, best-effort or idle\n");
        } else {
            level = parse_number<unsigned>(options.value());
            if (!level || *level >= levels)
                return self.wrong_usage("ionice: LEVEL is a number from 0 to 7\n");
        }
    }
    if (*options.rest() == nullptr || (!chosen && !level)) return self.wrong_usage();
    unsigned number = chosen.value_or(best_effort);
    bool has_levels = number == realtime || number == best_effort;
    if (level && !has_levels) return self.wrong_usage("ionice: this class has no levels\n");
    unsigned data = has_levels ? level.value_or(levels / 2) : 0;
    if (::syscall(SYS_ioprio_set, this_process, 0, number << level_bits | data) < 0 && !tolerant)
        return self.unable(errno, "set the class ", classes[number]);
    return self.go_on(options.rest());
}

} // namespace reeve::chainload
