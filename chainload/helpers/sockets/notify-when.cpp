// notify-when [-d FD] [-t DURATION] WHEN PROGRAM …: says that PROGRAM is ready, for one that cannot say it itself. WHEN is
// "port HOST PORT", "path PATH", "line TEXT" ([-e]: of standard error) or "{ COMMAND … }", which then exits 0.
#include "chainload/duration.hpp"
#include "chainload/helpers/sockets/helpers.hpp"
#include "chainload/helpers/sockets/readiness_watch.hpp"
#include "chainload/option_reader.hpp"

namespace reeve::chainload {

next run_notify_when(char** arguments, process& self) {
    readiness_watch one;
    const char* fd = nullptr;
    option_reader options(arguments, "d:t:e");
    while (char option = options.next()) {
        if (option == option_reader::problem) return self.wrong_usage(options.complaint().view());
        if (option == 'd') fd = options.value();
        if (option == 'e') one.output = STDERR_FILENO;
        if (option == 't') {
            one.limit_ms = parse_duration(options.value());
            if (!one.limit_ms) return self.wrong_usage("-t: 300ms, 5s, 2m, 1h\n");
        }
    }
    char** rest = options.rest();
    if (rest[0] != nullptr && rest[0] == std::string_view("line")) {
        if (rest[1] == nullptr) return self.wrong_usage();
        one.line = rest[1];
        if (one.line.empty() || one.line.size() > longest_line_text ||
            one.line.find('\n') != std::string_view::npos)
            return self.wrong_usage("notify-when: TEXT is 1 to 512 bytes of one line\n");
        rest += 2;
    } else {
        if (auto wrong = one.probe.read(rest, self)) return *wrong;
        rest = one.probe.rest();
    }
    if (*rest == nullptr) return self.wrong_usage();
    if (auto wrong = one.report.choose(fd, self)) return *wrong;
    return one.begin(rest, self);
}

} // namespace reeve::chainload
