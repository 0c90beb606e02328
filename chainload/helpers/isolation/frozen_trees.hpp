// Trees of mounts that become read-only, and what in them does not.
//
// A directory that is no mount of its own gets a copy of itself mounted over it, which is made read-only before it is
// to be seen. On kernels before 5.12, which cannot do that for a tree at once, mount after mount is remounted.
#pragma once

#include "chainload/helpers/isolation/mount_table.hpp"
#include "chainload/result.hpp"
#include "chainload/unique_fd.hpp"

#include <array>
#include <span>
#include <string_view>

namespace reeve::chainload {

class frozen_trees {
public:
    // Paths that are not there are passed over.
    void may_be_absent() { absent_is_fine_ = true; }
    // What is at and below `path` stays as it is; to be said before anything is frozen. `path` must last.
    result<void> spare(const char* path);
    result<void> freeze(const char* path, arena& memory);
    result<void> put_back_spared();

private:
    struct spared {
        const char* path = nullptr;
        unique_fd tree; // none: it has been mounted over itself, to be left out of a remount
    };

    result<void> freeze_each(const path_text& name, arena& memory);
    bool is_spared(std::string_view mount_point) const;
    std::span<const spared> all_spared() const { return {spared_.data(), count_}; }

    std::array<spared, 64> spared_;
    std::size_t count_ = 0;
    bool absent_is_fine_ = false;
};

} // namespace reeve::chainload
