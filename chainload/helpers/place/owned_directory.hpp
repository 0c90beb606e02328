// A directory that is made for somebody else by somebody with rights: the way to it and the directory itself may have
// been prepared by a third one, to get hold of a file that is not his.
//
// So no symbolic link is followed, in any part of the path; each directory on the way must belong to root or to the
// caller, and if others may write there, be sticky; a directory that is there already must belong to its new owner, to
// root or to the caller. Owner and mode are set on the open descriptor, never by name.
#pragma once

#include "chainload/result.hpp"
#include "chainload/text.hpp"
#include "chainload/unique_fd.hpp"

#include <optional>
#include <string_view>
#include <sys/types.h>

namespace reeve::chainload {

struct directory_wish {
    mode_t mode = 0755;
    std::optional<uid_t> user; // without: the caller's
    gid_t group = 0;           // of `user`
    bool make_parents = false; // 0755 and the caller's
};

// Nothing, or the failure and in `where` the part of the path it is about. EEXIST: it is there and belongs to somebody
// else. EPERM with the step "trust": others can change what is in there. ELOOP: a symbolic link.
result<void> provide_directory(std::string_view path, const directory_wish& wish, text_buffer<4096>& where);

} // namespace reeve::chainload
