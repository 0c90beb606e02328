#include "chainload/helpers/sockets/node_rights.hpp"

#include "chainload/helpers/place/octal.hpp"
#include "chainload/helpers/rights/take_account.hpp"
#include "chainload/text.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace reeve::chainload {

std::optional<next> read_node_right(char option, const char* value, node_rights& into, process& self) {
    if (option == 'm') {
        into.mode = parse_octal(value, 0777);
        if (!into.mode) return self.wrong_usage("-m: an octal mode up to 777\n");
    }
    if (option == 'o') {
        next then;
        auto who = known_account(value, self, then);
        if (!who) return then;
        into.of = owner{who->user, who->groups[0]};
    }
    return std::nullopt;
}

mode_t current_umask() {
    mode_t mask = ::umask(0);
    ::umask(mask);
    return mask;
}

bool change_mode(int fd, mode_t mode) {
    // An O_PATH descriptor cannot be fchmod'ed: Linux 6.6 has fchmodat2 for that, and before it there is /proc.
    constexpr long fchmodat2 = 452;
    if (::syscall(fchmodat2, fd, "", mode, AT_EMPTY_PATH) == 0) return true;
    if (errno != ENOSYS && errno != EPERM) return false;
    text_buffer<40> itself("/proc/self/fd/", fd);
    return ::fchmodat(AT_FDCWD, itself.c_str(), mode, 0) == 0;
}

} // namespace reeve::chainload
