// subreap [-k DURATION] [-s SIGNAL] PROGRAM …: stays as the parent of PROGRAM and of all it starts, also of what puts
// itself into the background, and ends when the last of them has ended, with PROGRAM's exit code. With -k what is left
// when PROGRAM has ended is ended too: by SIGNAL (TERM), and by KILL after DURATION.
#include "chainload/duration.hpp"
#include "chainload/helpers/session/helpers.hpp"
#include "chainload/helpers/session/reaping.hpp"
#include "chainload/helpers/sockets/child_listeners.hpp"
#include "chainload/option_reader.hpp"
#include "chainload/signals.hpp"

#include <algorithm>

namespace reeve::chainload {

namespace {
bool read_duration(const char* text, std::int64_t& into) {
    constexpr std::int64_t most = std::int64_t{1} << 48; // so that a moment can be reckoned with
    auto duration = parse_duration(text);
    into = std::min(duration.value_or(0), most);
    return duration.has_value();
}

bool read_signal(const char* text, int& into) {
    auto signal = parse_signal(text);
    into = signal.value_or(0);
    return signal.has_value();
}

} // namespace

next run_subreap(char** arguments, process& self) {
    leftovers rule;
    option_reader options(arguments, "k:s:");
    while (char option = options.next()) {
        if (option == option_reader::problem) return self.wrong_usage(options.complaint().view());
        bool understood = option == 'k' ? read_duration(options.value(), rule.kill_after_ms)
                                        : read_signal(options.value(), rule.signal);
        if (!understood)
            return self.wrong_usage("subreap: DURATION is 300ms, 5s, 2m, 1h, or a number of seconds; "
                                    "SIGNAL a name or a number\n");
    }
    if (*options.rest() == nullptr) return self.wrong_usage();
    adopted_children below;
    if (auto reaper = below.begin_with_all(); !reaper)
        return self.unable(reaper.why().error, reaper.why().step);
    child_watch watch;
    pid_t parent = ::getpid();
    auto child = watch.fork_child();
    if (!child) return self.unable(child.why().error, child.why().step);
    if (*child == 0) return go_on_in_child(self, parent, options.rest());
    return self.done(reap_all(*child, rule, watch, below));
}

} // namespace reeve::chainload
