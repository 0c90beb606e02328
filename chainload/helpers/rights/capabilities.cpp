#include "chainload/helpers/rights/capabilities.hpp"

#include "chainload/number.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace reeve::chainload {

namespace {
// By number, of Linux 5.9 and later.
constexpr std::string_view names[] = {
    "chown",
    "dac_override",
    "dac_read_search",
    "fowner",
    "fsetid",
    "kill",
    "setgid",
    "setuid",
    "setpcap",
    "linux_immutable",
    "net_bind_service",
    "net_broadcast",
    "net_admin",
    "net_raw",
    "ipc_lock",
    "ipc_owner",
    "sys_module",
    "sys_rawio",
    "sys_chroot",
    "sys_ptrace",
    "sys_pacct",
    "sys_admin",
    "sys_boot",
    "sys_nice",
    "sys_resource",
    "sys_time",
    "sys_tty_config",
    "mknod",
    "lease",
    "audit_write",
    "audit_control",
    "setfcap",
    "mac_override",
    "mac_admin",
    "syslog",
    "wake_alarm",
    "block_suspend",
    "audit_read",
    "perfmon",
    "bpf",
    "checkpoint_restore",
};
constexpr unsigned most = 64;
static_assert(std::size(names) == CAP_CHECKPOINT_RESTORE + 1);

// The kernel's form: halves of 32 bits.
struct halves {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3]{};
};

capability_set joined(std::uint32_t low, std::uint32_t high) {
    return capability_set{high} << 32 | low;
}

constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same(std::string_view name, std::string_view text) {
    if (name.size() != text.size()) return false;
    for (std::size_t i = 0; i < name.size(); ++i)
        if (name[i] != lower(text[i])) return false;
    return true;
}

// Those of the capabilities there are for which the call gives 1; the kernel ends them with an error.
template <class Ask>
capability_set those(Ask&& ask) {
    capability_set found = 0;
    for (unsigned number = 0; number < most; ++number) {
        int answer = ask(static_cast<unsigned long>(number));
        if (answer < 0) break;
        if (answer > 0) found |= only(number);
    }
    return found;
}
} // namespace

result<capability_sets> read_capabilities() {
    halves now;
    if (::syscall(SYS_capget, &now.header, now.data) < 0) return failed("read capabilities");
    const auto& [low, high] = now.data;
    return capability_sets{joined(low.effective, high.effective), joined(low.permitted, high.permitted),
                           joined(low.inheritable, high.inheritable)};
}

result<void> set_capabilities(const capability_sets& sets) {
    halves wanted;
    auto split = [](capability_set set, std::uint32_t& low, std::uint32_t& high) {
        low = static_cast<std::uint32_t>(set);
        high = static_cast<std::uint32_t>(set >> 32);
    };
    auto& [low, high] = wanted.data;
    split(sets.effective, low.effective, high.effective);
    split(sets.permitted, low.permitted, high.permitted);
    split(sets.inheritable, low.inheritable, high.inheritable);
    if (::syscall(SYS_capset, &wanted.header, wanted.data) < 0) return failed("set capabilities");
    return {};
}

capability_set bounding_capabilities() {
    return those([](unsigned long number) { return ::prctl(PR_CAPBSET_READ, number, 0, 0, 0); });
}

capability_set ambient_capabilities() {
    return those(
        [](unsigned long number) { return ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, number, 0, 0); });
}

std::optional<unsigned> parse_capability(std::string_view text) {
    if (auto number = parse_number<unsigned>(text)) return *number < most ? number : std::nullopt;
    if (text.size() > 4 && same("cap_", text.substr(0, 4))) text.remove_prefix(4);
    for (unsigned number = 0; number < std::size(names); ++number)
        if (same(names[number], text)) return number;
    return std::nullopt;
}

std::string_view capability_name(unsigned number) {
    return number < std::size(names) ? names[number] : std::string_view();
}

} // namespace reeve::chainload
