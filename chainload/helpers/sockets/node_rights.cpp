#include "chainload/helpers/sockets/node_rights.hpp"

#include "chainload/helpers/rights/account.hpp"
#include "chainload/text.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace reeve::chainload {

namespace {
std::optional<mode_t> parse_mode(std::string_view text) {
    mode_t mode{};
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
    if (text.empty() || text.front() == '-' || error != std::errc{} || end != text.data() + text.size() ||
        mode > 0777)
        return std::nullopt;
    return mode;
}
} // namespace

std::optional<next> read_node_right(char option, const char* value, node_rights& into, process& self) {
    if (option == 'm') {
        into.mode = parse_mode(value);
        if (!into.mode) return self.wrong_usage("-m: an octal mode up to 777\n");
    }
    if (option == 'o') {
        auto who = find_account(value, self.variables.list());
        if (!who && who.why().error == ENOENT) return self.fatal("unknown account ", value);
        if (!who) return self.unable(who.why().error, who.why().step, " ", value);
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
