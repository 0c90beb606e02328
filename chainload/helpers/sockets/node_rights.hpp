// Whose a socket or FIFO in the file system is, and who may use it: -m MODE and -o ACCOUNT of unix-listen and fifo-open.
//
// They are given to what was made, never to whatever has its name by then: where the directory is somebody else's, that
// could be a link to any file.
#pragma once

#include "chainload/helpers/helper.hpp"

#include <optional>
#include <sys/stat.h>
#include <sys/types.h>

namespace reeve::chainload {

struct owner {
    uid_t user;
    gid_t group;
};

struct node_rights {
    std::optional<mode_t> mode;
    std::optional<owner> of;
};

// Reads the value of option 'm' or 'o'. Nothing if it is good, else what ends the chain.
std::optional<next> read_node_right(char option, const char* value, node_rights& into, process& self);

// The calling process's umask, which it keeps.
mode_t current_umask();

// Changes the mode of what `fd`, opened by O_PATH or otherwise, stands for. False: errno says why.
bool change_mode(int fd, mode_t mode);

} // namespace reeve::chainload
