#include "chainload/helpers/isolation/namespace_kinds.hpp"

#include <sched.h>

namespace reeve::chainload {

namespace {
constexpr const char* steps[] = {
    "make a user namespace", "make a cgroup namespace", "make an ipc namespace", "make a uts namespace",
    "make a net namespace",  "make a pid namespace",    "make a time namespace", "make a mount namespace",
};
static_assert(std::size(steps) == std::size(namespace_kinds));
} // namespace

result<void> make_namespaces(int flags) {
    if (flags == 0 || ::unshare(flags) == 0) return {};
    for (std::size_t i = 0; i < std::size(namespace_kinds); ++i)
        if (namespace_kinds[i].flag == flags) return failed(steps[i]);
    return failed("make namespaces");
}

std::string_view hint_about(int error) {
    // The propagation of mounts can be changed at mounts only.
    if (error == EINVAL) return " (is the root directory no mount of its own? chroot comes after this)";
    if (error != EPERM) return {};
    return " (needs CAP_SYS_ADMIN; an ordinary user gets it by unshare user before this)";
}

} // namespace reeve::chainload
