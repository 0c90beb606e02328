// From the rights a process has to those it shall have: each step is taken while the capability that it needs is
// still there, and at the end the kernel is asked whether all is as it was wanted.
#pragma once

#include "chainload/helpers/rights/capabilities.hpp"
#include "chainload/text.hpp"

namespace reeve::chainload {

struct capability_rights {
    capability_set bounding = 0, inheritable = 0, ambient = 0, permitted = 0, effective = 0;
    unsigned securebits = 0;
};

result<capability_rights> read_rights();

class capability_plan {
public:
    explicit capability_plan(const capability_rights& rights)
        : wanted(rights)
        , now_(rights) {}

    // What shall be. A capability that becomes ambient becomes inheritable with it; one that is no longer permitted
    // or inheritable is no longer ambient; the effective ones are the permitted ones: carry_out sees to that.
    capability_rights wanted;

    result<void> carry_out();
    // Which capability the step that failed was about: ": NAME", or nothing.
    const text_buffer<64>& subject() const { return subject_; }

private:
    result<void> set(capability_set permitted, capability_set effective);
    result<void> raise_ambient();
    result<void> drop_bounding();
    result<void> check();
    failure about(unsigned capability, int error, const char* step);

    capability_rights now_;
    text_buffer<64> subject_;
};

} // namespace reeve::chainload
