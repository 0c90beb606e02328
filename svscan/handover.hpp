// What an svscan tells the svscan that it becomes (command U): which descriptors are what, and who runs. Text, one
// thing a line, so that the two may be of different versions: a reader skips lines and trailing words it does not know.
//   lock FD
//   tree HEX32
//   foreign PID…                      children that are none of the tree's
//   service NAME DEVICE INODE FLAGS MAIN-PID CONTROL PIDFD LOGGER-PID CONTROL PIDFD PIPE-READ PIPE-WRITE
// FLAGS: l has a logger, g is leaving, a/b the main's/logger's state is aside (places.hpp); "-" for none. An absent
// pid is 0, an absent descriptor -1.
#pragma once

#include "supervise/status_record.hpp"
#include "svscan/tree_events.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reeve::svscan {

struct handed_supervisor {
    pid_t pid = 0;
    int control = -1, pidfd = -1;
    bool aside = false;
    bool operator==(const handed_supervisor&) const = default;
};
struct handed_service {
    std::string name;
    identity id;
    bool has_logger = false, leaving = false;
    handed_supervisor main, logger;
    int pipe_read = -1, pipe_write = -1;
    bool operator==(const handed_service&) const = default;
};
struct handover {
    int lock = -1;
    supervise::tree_id tree{};
    std::vector<pid_t> foreign;
    std::vector<handed_service> services;
    bool operator==(const handover&) const = default;
};

std::string format_handover(const handover& all);
// Nothing if there is no lock and tree in it, or a service's line is damaged.
std::optional<handover> parse_handover(std::string_view text);

// The environment variable that names the descriptor to read it from.
inline constexpr char handover_variable[] = "SVSCAN_HANDOVER";

} // namespace reeve::svscan
