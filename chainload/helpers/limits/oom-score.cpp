// oom-score SCORE PROGRAM …: how likely the kernel is to end this process when memory runs out: -1000 (never) to
// 1000 (first of all), /proc/self/oom_score_adj. Children inherit it.
#include "chainload/helpers/isolation/own_proc_file.hpp"
#include "chainload/helpers/limits/helpers.hpp"
#include "chainload/number.hpp"

namespace reeve::chainload {

next run_oom_score(char** arguments, process& self) {
    constexpr unsigned most = 1000;
    if (arguments[1] == nullptr || arguments[2] == nullptr) return self.wrong_usage();
    std::string_view text(arguments[1]), digits = text;
    if (digits.starts_with('-')) digits.remove_prefix(1);
    auto number = parse_number<unsigned>(digits);
    if (!number || *number > most)
        return self.wrong_usage("oom-score: SCORE is a number from -1000 to 1000\n");
    auto written = write_own_proc_file("/proc/self/oom_score_adj", text, "set the score ");
    if (!written) return self.unable(written.why().error, written.why().step, text);
    return self.go_on(arguments + 2);
}

} // namespace reeve::chainload
