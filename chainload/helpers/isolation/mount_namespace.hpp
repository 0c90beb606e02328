// Mounts that only this process and what comes of it sees.
#pragma once

#include "chainload/helpers/helper.hpp"
#include "chainload/result.hpp"

#include <climits>
#include <sys/mount.h>

namespace reeve::chainload {

// The whole tree of mounts gets this propagation: MS_PRIVATE, MS_SLAVE or MS_SHARED.
result<void> set_propagation(unsigned long kind);

// A mount namespace of its own. What the machine mounts and unmounts later is seen in it (so that it keeps no disk busy
// that was unmounted elsewhere), and nothing done in it is seen outside.
result<void> enter_mount_namespace();

// The working directory, which stays below what is mounted over it until it is entered again by its name.
class working_directory {
public:
    working_directory();
    // What has no such name any more, or no longer leads there, is left for the root directory.
    result<void> enter_again() const;

private:
    text_buffer<PATH_MAX> path_;
};

// "NAME: fatal: unable to STEP PATH: REASON", with what rights would help.
template <class... Parts>
next unable_to_isolate(process& self, const failure& why, std::string_view hint, Parts... parts) {
    return self.fatal("unable to ", why.step, parts..., ": ", error_text(why.error), hint);
}

} // namespace reeve::chainload
