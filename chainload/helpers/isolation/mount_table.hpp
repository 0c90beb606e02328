// The mounts of this process's namespace: /proc/self/mountinfo, as proc(5) describes it.
#pragma once

#include "chainload/helpers/arena.hpp"
#include "chainload/result.hpp"
#include "chainload/text.hpp"

#include <climits>
#include <string_view>

namespace reeve::chainload {

using path_text = text_buffer<PATH_MAX>;

struct mount_entry {
    path_text root; // what of the file system is mounted
    path_text mount_point;
    std::string_view type;
};

// The whole table. It is as long as it is: a line alone may be longer than a page.
result<std::string_view> read_mount_table(arena& memory);

// The mount of the first line of `table`, which is cut off it.
mount_entry next_mount(std::string_view& table);

} // namespace reeve::chainload
