// when-path [-a|-o] [-t DURATION] [-c FILE] exists|gone|changed|non-empty PATH … PROGRAM …: waits until that is so of all
// the paths at one time (-a), or of one (-o). -c FILE: what has changed since the last run counts.
#include "chainload/clock.hpp"
#include "chainload/duration.hpp"
#include "chainload/helpers/waiting/helpers.hpp"
#include "chainload/helpers/waiting/path_memory.hpp"
#include "chainload/helpers/waiting/path_wait.hpp"
#include "chainload/helpers/waiting/timed_out.hpp"
#include "chainload/option_reader.hpp"

namespace reeve::chainload {

next run_when_path(char** arguments, process& self) {
    bool one_is_enough = false;
    std::int64_t deadline_ms = -1;
    const char* memory = nullptr;
    option_reader options(arguments, "aot:c:");
    while (char option = options.next()) {
        switch (option) {
        case 'a': one_is_enough = false; break;
        case 'o': one_is_enough = true; break;
        case 'c': memory = options.value(); break;
        case 't':
            if (auto limit = parse_duration(options.value())) {
                deadline_ms = deadline_in(*limit);
                break;
            }
            return self.wrong_usage(
                "when-path: -t takes a duration: 300ms, 5s, 2m, 1h, or a number of seconds\n");
        default: return self.wrong_usage(options.complaint().view());
        }
    }
    path_condition list[most_path_conditions];
    std::size_t count = 0;
    char** word = options.rest();
    for (const path_state* state; *word != nullptr && (state = find_path_state(*word)) != nullptr;
         word += 2) {
        if (word[1] == nullptr || *word[1] == '\0') return self.wrong_usage();
        if (count == most_path_conditions) return self.wrong_usage("when-path: too many paths at once\n");
        list[count++] = {.wanted = *state, .path = word[1]};
    }
    if (*word != nullptr && *word == std::string_view("--")) ++word;
    if (count == 0 || *word == nullptr) return self.wrong_usage();

    std::span<path_condition> conditions(list, count);
    for (auto& one : conditions) {
        auto now = fingerprint(one.path);
        if (!now) return self.unable(now.why().error, now.why().step, " ", one.path);
        one.before = *now;
    }
    auto remember = [&] { return memory != nullptr ? remember_paths(memory, conditions) : result<void>(); };
    if (memory != nullptr) {
        auto recalled = recall_paths(memory, conditions);
        if (!recalled && recalled.why().error == EINVAL)
            return self.fatal(memory, " holds no paths of a last run");
        if (!recalled) return self.unable(recalled.why().error, recalled.why().step, " ", memory);
        // From the first start on no change is missed.
        if (!*recalled)
            if (auto kept = remember(); !kept)
                return self.unable(kept.why().error, kept.why().step, " ", memory);
    }
    const char* culprit;
    auto came = wait_for_paths(conditions, one_is_enough, deadline_ms, culprit);
    if (!came)
        return self.unable(came.why().error, came.why().step, culprit != nullptr ? " " : "",
                           culprit != nullptr ? culprit : "");
    if (!*came) return timed_out(self);
    if (auto kept = remember(); !kept) return self.unable(kept.why().error, kept.why().step, " ", memory);
    return self.go_on(word);
}

} // namespace reeve::chainload
