#include "chainload/helpers/isolation/time_offsets.hpp"

#include "chainload/file.hpp"
#include "chainload/helpers/isolation/namespace_kinds.hpp"
#include "chainload/helpers/isolation/own_proc_file.hpp"
#include "chainload/text.hpp"

#include <sched.h>

namespace reeve::chainload {

result<void> enter_time_namespace(std::optional<std::int64_t> monotonic,
                                  std::optional<std::int64_t> boottime) {
    text_buffer<100> offsets;
    if (monotonic) offsets.add("monotonic ").add(*monotonic).add(" 0\n");
    if (boottime) offsets.add("boottime ").add(*boottime).add(" 0\n");
    if (!offsets.view().empty()) {
        auto set =
            write_own_proc_file("/proc/self/timens_offsets", offsets.view(), "set the clocks' offsets");
        if (!set) return set;
    }
    auto made = open_at(AT_FDCWD, "/proc/self/ns/time_for_children", O_RDONLY, 0, "open the time namespace");
    if (!made) return made.why();
    if (::setns(made->get(), new_time) < 0) return failed("enter the time namespace");
    return {};
}

} // namespace reeve::chainload
