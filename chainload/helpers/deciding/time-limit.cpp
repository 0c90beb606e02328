// time-limit DURATION [-fp] [-s SIGNAL] [-k DURATION] PROGRAM …: stays as the parent of PROGRAM and ends it, and all
// that it has started, when the time is over. Exit code: PROGRAM's; 124 or 137 if the time was over, as coreutils'
// timeout has them. The options may stand before DURATION as well, as they do there.
#include "chainload/clock.hpp"
#include "chainload/helpers/child_watch.hpp"
#include "chainload/helpers/deciding/helpers.hpp"
#include "chainload/helpers/deciding/limited_run.hpp"
#include "chainload/helpers/sockets/child_listeners.hpp"
#include "chainload/option_reader.hpp"
#include "chainload/signals.hpp"

namespace reeve::chainload {

namespace {
constexpr std::string_view no_duration = "DURATION is 300ms, 5s, 2m, 1h, or a number of seconds\n";

// What stands behind the options that begin behind words[0]; nullptr: `complaint` says what is wrong.
char** read_options(char** words, time_limit& limit, text_buffer<128>& complaint) {
    option_reader options(words, "fps:k:");
    while (char option = options.next()) {
        switch (option) {
        case 'f': limit.only_program = true; break;
        case 'p': limit.code_of_program = true; break;
        case 's':
            if (auto signal = parse_signal(options.value())) {
                limit.signal = *signal;
                break;
            }
            return complaint.add("time-limit: -s takes the name or the number of a signal\n"), nullptr;
        case 'k':
            if (auto duration = parse_duration(options.value())) {
                limit.kill_after_ms = *duration;
                break;
            }
            return complaint.add("time-limit: -k: ").add(no_duration), nullptr;
        default: return complaint = options.complaint(), nullptr;
        }
    }
    return options.rest();
}
} // namespace

next run_time_limit(char** arguments, process& self) {
    time_limit limit;
    text_buffer<128> complaint;
    char** words = read_options(arguments, limit, complaint);
    if (words == nullptr) return self.wrong_usage(complaint.view());
    if (words[0] == nullptr) return self.wrong_usage();
    auto duration = parse_duration(words[0]);
    if (!duration) return self.wrong_usage(complaint.add("time-limit: ").add(no_duration).view());
    limit.run_ms = *duration;
    words = read_options(words, limit, complaint);
    if (words == nullptr) return self.wrong_usage(complaint.view());
    if (words[0] == nullptr) return self.wrong_usage();

    adopted_children below;
    if (auto reaper = below.begin(); !reaper) return self.unable(reaper.why().error, reaper.why().step);
    child_watch watch;
    pid_t parent = ::getpid();
    auto child = watch.fork_child(!limit.only_program);
    if (!child) return self.unable(child.why().error, child.why().step);
    if (*child == 0) return go_on_in_child(self, parent, words);
    return self.done(limited_run(limit, *child, watch, below).wait());
}

} // namespace reeve::chainload
