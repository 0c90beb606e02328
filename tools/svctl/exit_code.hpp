// How a verb ends. A verb that cannot do what was asked throws verb_error; main is the one place that prints it
// and turns it into the exit code, which svctl.1 documents.
#pragma once

#include "chainload/result.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

namespace reeve::svctl {

enum class exit_code : int {
    success = 0,
    failed = 1,        // it was tried, or looked for, in vain
    refused = 2,       // it would do harm, so nothing was done
    timeout = 3,       // it did not come about in time
    usage = 100,       // the command line makes no sense
    system_error = 111 // the system said no
};

class verb_error : public std::runtime_error {
public:
    verb_error(exit_code code, const std::string& text, std::string hint = {})
        : std::runtime_error(text)
        , code_(code)
        , hint_(std::move(hint)) {}
    exit_code code() const { return code_; }
    const std::string& hint() const { return hint_; }

private:
    exit_code code_;
    std::string hint_;
};

// "unable to STEP SUBJECT: REASON", in the suite's words for an errno.
verb_error system_failure(std::string_view step, std::string_view subject, int error);
verb_error system_failure(const chainload::failure& why, std::string_view subject);

} // namespace reeve::svctl
