#include "chainload/helpers/rights/become.hpp"

#include "chainload/helpers/rights/capabilities.hpp"

#include <algorithm>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace reeve::chainload {

namespace {
// The C library's functions of these names are for programs with threads, each of which has to change its ids: a dozen calls.
// Here is one thread. Where the plain call knows 16 bits only, the other has "32" in its name.
#if defined(SYS_setresuid32)
constexpr long set_user_ids = SYS_setresuid32, set_group_ids = SYS_setresgid32, set_groups = SYS_setgroups32;
#else
constexpr long set_user_ids = SYS_setresuid, set_group_ids = SYS_setresgid, set_groups = SYS_setgroups;
#endif

constexpr failure still_there{EPERM, "give up the former rights"};

bool has_groups(std::span<const gid_t> wanted) {
    std::array<gid_t, most_groups> now;
    int count = ::getgroups(static_cast<int>(now.size()), now.data());
    if (count < 0 || static_cast<std::size_t>(count) != wanted.size()) return false;
    return std::all_of(now.begin(), now.begin() + count, [wanted](gid_t group) {
        return std::find(wanted.begin(), wanted.end(), group) != wanted.end();
    });
}

bool has_group(gid_t wanted) {
    gid_t real, effective, saved;
    return ::getresgid(&real, &effective, &saved) == 0 && real == wanted && effective == wanted &&
           saved == wanted;
}

bool has_user(uid_t wanted) {
    uid_t real, effective, saved;
    return ::getresuid(&real, &effective, &saved) == 0 && real == wanted && effective == wanted &&
           saved == wanted;
}

// The securebits keep-caps and no-setuid-fixup let capabilities outlive the user that had them, until the next exec.
// In a fused chain that would be far away.
result<void> drop_capabilities() {
    constexpr const char* step = "drop capabilities";
    auto sets = read_capabilities();
    if (!sets) return failure{sets.why().error, step};
    if ((sets->permitted | sets->effective) == 0) return {};
    capability_set ambient = ambient_capabilities();
    if (sets->permitted == ambient && sets->effective == ambient) return {};
    if (auto set = set_capabilities({ambient, ambient, sets->inheritable}); !set)
        return failure{set.why().error, step};
    return {};
}

// Whether root's ids can be had again. Asked only where the kernel has to refuse: not of root, nor of somebody who
// was given the capability for it on purpose.
bool can_go_back(const identity& who) {
    constexpr auto unchanged = static_cast<uid_t>(-1);
    auto sets = read_capabilities();
    if (!sets) return true;
    if ((sets->permitted & only(CAP_SETUID)) == 0 && ::syscall(set_user_ids, unchanged, 0, unchanged) == 0)
        return true;
    if ((sets->permitted & only(CAP_SETGID)) != 0) return false;
    if (who.group && *who.group != 0 && ::syscall(set_group_ids, unchanged, 0, unchanged) == 0) return true;
    return who.groups && ::syscall(set_groups, 0L, nullptr) == 0;
}
} // namespace

result<void> become(const identity& who) {
    if (who.groups && ::syscall(set_groups, who.groups->size(), who.groups->data()) < 0)
        return failed("setgid");
    if (who.group && ::syscall(set_group_ids, *who.group, *who.group, *who.group) < 0)
        return failed("setgid");
    if (who.user && ::syscall(set_user_ids, *who.user, *who.user, *who.user) < 0) return failed("setuid");
    if (who.user && *who.user != 0)
        if (auto dropped = drop_capabilities(); !dropped) return dropped;

    if (who.groups && !has_groups(*who.groups)) return still_there;
    if (who.group && !has_group(*who.group)) return still_there;
    if (who.user && !has_user(*who.user)) return still_there;
    if (who.user && *who.user != 0 && can_go_back(who)) return still_there;
    return {};
}

result<void> become(const account& who) {
    return become(identity{who.all_groups(), who.groups[0], who.user});
}

} // namespace reeve::chainload
