// One line of /proc/PID/mountinfo, proc_pid_mountinfo(5):
//   36 35 98:0 /root /mount/point rw,noatime master:1 - ext3 /dev/root rw
// Blanks, tabs, newlines, "#" and backslashes stand in its fields as a backslash and three octal digits.
#pragma once

#include <string_view>

namespace reeve::chainload {

// The fields as they stand in the line; what a cut line does not have is empty.
struct mount_line {
    std::string_view device;      // "98:0"
    std::string_view root;        // what of the file system is mounted; escaped
    std::string_view mount_point; // escaped
    std::string_view type;
    std::string_view source; // escaped
};
mount_line cut_mount_line(std::string_view line);

// The next character that an escaped field means, which is not empty and loses it.
char take_unescaped(std::string_view& field);

// Whether an escaped field means `text`.
bool means(std::string_view field, std::string_view text);

} // namespace reeve::chainload
