// The helpers there are, by group: each group has a folder here and a manual page, chainload-GROUP(1). Dispatch,
// --list, --help, completion, the manual check and the tests loop over this one table.
#pragma once

#include "chainload/helpers/helper.hpp"

#include <span>

namespace reeve::chainload {

struct helper_group {
    std::string_view name; // of its folder
    std::string_view about;
    std::span<const helper> helpers;
    // None of them changes who the process is, nor what a path means to it or what it may exec there.
    bool leaves_rights = false;
};

std::span<const helper_group> helper_groups();
// nullptr: there is none of that name.
const helper* find_helper(std::string_view name);
// The group that a helper of the table belongs to.
const helper_group& group_of(const helper& one);

} // namespace reeve::chainload
