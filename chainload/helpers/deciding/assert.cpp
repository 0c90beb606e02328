// assert [-q] [-x CODE] EXPRESSION [PROGRAM …]: goes on if the expression is true; else the chain halts with CODE (1), and
// which part was false is said, unless -q. Without PROGRAM it is a test: the `condition` of a service, say.
#include "chainload/helpers/deciding/helpers.hpp"
#include "chainload/helpers/deciding/judged_chain.hpp"

namespace reeve::chainload {

next run_assert(char** arguments, process& self) {
    judged_chain judged{.code = 1, .silent = false, .outcome = {}};
    next then;
    if (!is_judged_false(arguments, self, 1, judged, then)) return then;
    if (judged.silent) return self.done(judged.code);
    constexpr std::size_t most_shown = 300;
    std::string_view part = judged.outcome.blamed, instead = judged.outcome.instead.view();
    text_buffer<512> shown("not true: ");
    for (char c : part.substr(0, most_shown))
        shown.add(c == '\n' || c == '\t' ? ' ' : c); // one line, as ever
    if (part.size() > most_shown) shown.add(" ...");
    if (!instead.empty()) shown.add(" (").add(instead).add(')');
    next halted = self.fatal(shown.view());
    halted.exit_code = judged.code;
    return halted;
}

} // namespace reeve::chainload
