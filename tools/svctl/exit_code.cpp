#include "tools/svctl/exit_code.hpp"

#include "chainload/error_text.hpp"

namespace reeve::svctl {

verb_error system_failure(std::string_view step, std::string_view subject, int error) {
    std::string text = "unable to ";
    text.append(step);
    if (!subject.empty()) text.append(" ").append(subject);
    text.append(": ").append(chainload::error_text(error));
    return {exit_code::system_error, text};
}

verb_error system_failure(const chainload::failure& why, std::string_view subject) {
    return system_failure(why.step, subject, why.error);
}

} // namespace reeve::svctl
