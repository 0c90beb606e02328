// Visits service directories the way daemontools' clients do: chdir there, look at relative names, come back.
// So error texts, permissions needed and the meaning of relative names are the same as theirs.
#pragma once

#include "chainload/file.hpp"
#include "chainload/message.hpp"

namespace reeve::tools {

class working_directory {
public:
    // Opens the current directory, to come back to. False: it cannot be, which has been said; exit 111.
    bool open(chainload::messenger& out) {
        auto fd = chainload::open_at(AT_FDCWD, ".", O_RDONLY | O_DIRECTORY, 0, "open current directory");
        if (!fd) {
            out.unable(chainload::level::fatal, fd.why());
            return false;
        }
        origin_ = std::move(*fd);
        return true;
    }
    // Back to the first directory. False as above.
    bool come_back(chainload::messenger& out) {
        if (::fchdir(origin_.get()) == 0) return true;
        out.unable(chainload::level::fatal, chainload::failed("set directory"));
        return false;
    }

private:
    chainload::unique_fd origin_;
};

} // namespace reeve::tools
