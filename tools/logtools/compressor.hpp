// Old files into zstd's format, by a child at low priority, so that no input waits for it. A file keeps its name and
// content until the compressed one is whole and on disk; a child that dies at any moment has lost nothing, and the next
// one begins that file again.
#pragma once

#include <sys/types.h>

namespace reeve::logtools {

class compressor {
public:
    // Lets a child compress what there is in `directory`, unless one is at it.
    void start(int directory, int level);
    // Whether `child` was this one's; then it may be started again for what came meanwhile.
    bool ended(pid_t child);
    bool running() const { return child_ > 0; }
    bool wanted() const { return wanted_; }

private:
    pid_t child_ = 0;
    bool wanted_ = false;
};

} // namespace reeve::logtools
