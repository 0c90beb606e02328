#include "chainload/helpers/deciding/judged_chain.hpp"

#include "chainload/helpers/pointed_complaint.hpp"
#include "chainload/number.hpp"
#include "chainload/option_reader.hpp"

namespace reeve::chainload {

bool is_judged_false(char** arguments, process& self, unsigned char least, judged_chain& into, next& then) {
    auto refuse = [&](std::string_view complaint = {}) {
        then = self.wrong_usage(complaint);
        return false;
    };
    std::string_view name = self.current().name;
    option_reader options(arguments, into.silent ? "x:" : "qx:");
    while (char option = options.next()) {
        switch (option) {
        case 'q': into.silent = true; break;
        case 'x':
            // 100 and above are errors of every helper, and of a `condition`.
            if (auto code = parse_number<unsigned char>(options.value());
                code && *code >= least && *code < 100) {
                into.code = *code;
                break;
            }
            return refuse(
                text_buffer<64>(name, ": -x takes an exit code from ", least == 0 ? '0' : '1', " to 99\n")
                    .view());
        default: return refuse(options.complaint().view());
        }
    }
    char** rest = options.rest();
    if (rest[0] == nullptr) return refuse();
    expression whole;
    expression_problem problem;
    if (!parse_expression(rest[0], whole, problem))
        return refuse(point_at(name, rest[0], problem.where, problem.what).view());
    if (!evaluate(whole, self, into.outcome, then)) return false;
    if (!into.outcome.truth) return true;
    then = rest[1] != nullptr ? self.go_on(rest + 1) : self.done(0);
    return false;
}

} // namespace reeve::chainload
