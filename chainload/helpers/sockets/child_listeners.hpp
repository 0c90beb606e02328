// For helpers that stay as the parent of the rest of the chain: it goes on in a child, which has another pid, so that the
// listening descriptors would be taken for another process's (listeners.hpp).
#pragma once

#include "chainload/helpers/helper.hpp"
#include "chainload/number.hpp"

#include <unistd.h>

namespace reeve::chainload {

// In the child: what `parent`, who forked it, was given is its own now.
inline next go_on_in_child(process& self, pid_t parent, char** command) {
    const char* meant_for = self.variables.get("LISTEN_PID");
    bool ours = meant_for != nullptr && parse_number<unsigned>(meant_for) == static_cast<unsigned>(parent);
    if (ours && !self.variables.set("LISTEN_PID", text_buffer<16>(::getpid()).view()))
        return self.out_of_memory();
    return self.go_on(command);
}

} // namespace reeve::chainload
