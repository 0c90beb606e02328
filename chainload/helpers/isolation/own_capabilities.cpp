#include "chainload/helpers/isolation/own_capabilities.hpp"

#include <cstdint>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace reeve::chainload {

namespace {
// <linux/capability.h>
struct header {
    std::uint32_t version = 0x20080522;
    int pid = 0;
};
struct sets {
    std::uint32_t effective = 0, permitted = 0, inheritable = 0;
};
} // namespace

result<void> drop_capabilities() {
    header whose;
    sets none[2];
    if (::syscall(SYS_capset, &whose, none) < 0) return failed("drop capabilities");
    return {};
}

result<void> keep_capabilities_over_exec() {
    constexpr char step[] = "keep capabilities";
    header whose;
    sets now[2];
    if (::syscall(SYS_capget, &whose, now) < 0) return failed(step);
    for (auto& half : now) half.inheritable = half.permitted;
    if (::syscall(SYS_capset, &whose, now) < 0) return failed(step);
    constexpr int ambient = 47, raise = 2; // PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE: <linux/prctl.h>
    for (unsigned long one = 0; one < 64; ++one) {
        bool has = (now[one / 32].permitted >> one % 32 & 1) != 0;
        if (has && ::prctl(ambient, raise, one, 0, 0) < 0) return failed(step);
    }
    return {};
}

result<void> settle_capabilities(bool keep) {
    if (keep) return keep_capabilities_over_exec();
    return ::geteuid() == 0 ? result<void>{} : drop_capabilities();
}

} // namespace reeve::chainload
