// Learns of new status records without polling: one inotify instance, one watch per supervise/ directory. A status
// record is replaced by rename, so a change is a file "status" that was moved there.
#pragma once

#include "chainload/result.hpp"
#include "chainload/unique_fd.hpp"

#include <cstdint>

namespace reeve::tools {

class status_watch {
public:
    chainload::result<void> open();
    // Watches DIR/supervise. The number it returns is that of any other name of the same directory. ENOENT: no
    // supervise has ever run there. Records that are written after this call are seen.
    chainload::result<int> add(const char* dir);

    static constexpr int all = -1; // so much happened that the kernel lost count: look at every service again

    // Waits until something happened, then calls visit(number, gone) for each status record that changed; `gone`
    // says that the directory itself is no more. `deadline` is monotonic ms, negative for none. False: it passed.
    template <class Visit>
    chainload::result<bool> wait(std::int64_t deadline, Visit&& visit) {
        return wait(
            deadline, [](void* self, int number, bool gone) { (*static_cast<Visit*>(self))(number, gone); },
            &visit);
    }

private:
    using visitor = void (*)(void*, int number, bool gone);
    chainload::result<bool> wait(std::int64_t deadline, visitor visit, void* argument);

    chainload::unique_fd inotify_;
};

} // namespace reeve::tools
