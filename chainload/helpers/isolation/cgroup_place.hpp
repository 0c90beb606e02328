// A cgroup of the version 2 hierarchy, cgroups(7): found by its path, made if need be, given values, entered.
//
// A path with a slash in front begins at the top of the hierarchy as it is mounted, another one at the group that the
// process is in. ".." is refused and symbolic links are not followed: no path leads out of where it begins.
#pragma once

#include "chainload/helpers/arena.hpp"
#include "chainload/result.hpp"
#include "chainload/unique_fd.hpp"

#include <string_view>

namespace reeve::chainload {

// Whether that is a path for open(): no component of it is "..".
bool is_cgroup_path(std::string_view path);

class cgroup_place {
public:
    // `make`: groups on the way that are not there are made.
    result<void> open(std::string_view path, bool make, arena& memory);
    // Writes `value` into a file of the group. Where a group may be made the controller that has the file is handed
    // down to it first, if it is not yet.
    result<void> set(std::string_view file, std::string_view value);
    result<void> enter();

private:
    result<void> descend(std::string_view path, bool make);
    void hand_down(std::string_view controller);

    unique_fd top_, group_; // where the path begins, and where it ends
    std::string_view path_;
    bool make_ = false;
};

} // namespace reeve::chainload
