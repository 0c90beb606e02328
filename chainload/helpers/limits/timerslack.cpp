// timerslack SLACK PROGRAM …: how much later than asked for the kernel may wake it, so that timers can be joined:
// "50us", "5ms", a bare number of nanoseconds, or "default". Children inherit it. PR_SET_TIMERSLACK of prctl(2).
#include "chainload/helpers/limits/fine_duration.hpp"
#include "chainload/helpers/limits/helpers.hpp"

#include <sys/prctl.h>

namespace reeve::chainload {

next run_timerslack(char** arguments, process& self) {
    if (arguments[1] == nullptr || arguments[2] == nullptr) return self.wrong_usage();
    std::string_view text(arguments[1]);
    constexpr std::uint64_t initial = 0; // what the kernel takes for "as this process was born with"
    std::optional<std::uint64_t> slack = text == "default" ? initial : parse_nanoseconds(text);
    if (!slack || *slack > std::numeric_limits<unsigned long>::max() || (*slack == 0 && text != "default"))
        return self.wrong_usage(
            "timerslack: SLACK is 1 ns or more, as 100, 50us, 5ms or 1s, or \"default\"\n");
    if (::prctl(PR_SET_TIMERSLACK, static_cast<unsigned long>(*slack), 0, 0, 0) < 0)
        return self.unable(errno, "set the timer slack ", text);
    return self.go_on(arguments + 2);
}

} // namespace reeve::chainload
