// Messages of the lean programs: one line, one writev to stderr, never a partial line and never a hang.
#pragma once

#include "chainload/result.hpp"

#include <string_view>

namespace reeve::chainload {

enum class level { fatal, warning, info };

class messenger {
public:
    // "PROGRAM: " or, with a subject, "PROGRAM: SUBJECT: ". Both must outlive the messenger.
    explicit messenger(std::string_view program, std::string_view subject = {})
        : program_(program)
        , subject_(subject) {}

    // A stderr that cannot take the line at once (a full pipe) drops it: the next line that fits says how many
    // were dropped. Off by default; on in programs that must never block.
    void never_block() { may_block_ = false; }

    // "PROGRAM: SUBJECT: warning: TEXT"; the parts are joined as they are.
    void say(level severity, std::string_view text, std::string_view more = {}, std::string_view rest = {},
             std::string_view end = {});
    // "PROGRAM: SUBJECT: fatal: unable to STEP: REASON"
    void unable(level severity, const failure& why, std::string_view more = {});

private:
    std::string_view program_;
    std::string_view subject_;
    unsigned dropped_ = 0;
    bool may_block_ = true;
};

} // namespace reeve::chainload
