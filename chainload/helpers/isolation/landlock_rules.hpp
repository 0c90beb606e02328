// Landlock's rules: landlock(7), <linux/landlock.h>. What a kind of rule forbids is all that its rights stand for,
// but for what rules of that kind allow. Which rights a kernel knows says its ABI number, 1 to 6 here.
#pragma once

#include "chainload/result.hpp"
#include "chainload/unique_fd.hpp"

#include <cstdint>
#include <string_view>

namespace reeve::chainload {

// What a rule for a path allows: rights of <linux/landlock.h>.
namespace landlock_access {
inline constexpr std::uint64_t execute = 1 << 0, write_file = 1 << 1, read_file = 1 << 2,
                               read_directory = 1 << 3, refer = 1 << 13, truncate = 1 << 14,
                               device_control = 1 << 15;
// Removing directories and files; making devices, directories, files, sockets, FIFOs and symbolic links.
inline constexpr std::uint64_t change_directory = 0x1ff0;
inline constexpr std::uint64_t read = read_file | read_directory, run = read | execute,
                               write =
                                   read | write_file | truncate | device_control | refer | change_directory,
                               all = run | write;
inline constexpr std::uint64_t bind = 1 << 0, connect = 1 << 1; // for ports
inline constexpr std::uint64_t abstract_sockets = 1 << 0,
                               signals = 1 << 1; // for what is outside of the domain
} // namespace landlock_access

// What is forbidden, but for the rules.
struct landlock_rights {
    std::uint64_t paths = 0, ports = 0, scopes = 0; // the kernel's landlock_ruleset_attr
};

// The kernel's ABI; 0: it has no Landlock, or that is off.
int landlock_abi();

// What of `wanted` an ABI knows.
landlock_rights known_rights(int abi, const landlock_rights& wanted);

class landlock_rules {
public:
    // `known`: what of the rights the kernel knows.
    result<void> begin(const landlock_rights& known);
    result<void> allow_path(const char* path, std::uint64_t access);
    // The ports of `list`, "80", "80,8000-8010" or "none"; EDOM: it is no such list.
    result<void> allow_ports(std::string_view list, std::uint64_t access);
    result<void> enforce();

private:
    unique_fd ruleset_;
    landlock_rights known_;
};

// Whether that is a list of ports.
bool is_port_list(std::string_view list);

} // namespace reeve::chainload
