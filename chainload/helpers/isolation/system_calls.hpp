// System calls that can be denied, by name and in groups whose names are systemd's (systemd.exec(5), SystemCallFilter=)
// where it has such a group.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace reeve::chainload {

struct system_call {
    const char* name;
    std::int16_t x86_64, aarch64; // its number; -1: there is none
    std::uint32_t groups;

    // On this machine.
    int number() const {
#if defined(__x86_64__)
        return x86_64;
#elif defined(__aarch64__)
        return aarch64;
#else
        return -1;
#endif
    }
};

struct system_call_group {
    std::string_view name;
    std::uint32_t bit;
};

inline constexpr std::uint32_t in_bpf = 1u << 0;
inline constexpr std::uint32_t in_chown = 1u << 1;
inline constexpr std::uint32_t in_clock = 1u << 2;
inline constexpr std::uint32_t in_cpu_emulation = 1u << 3;
inline constexpr std::uint32_t in_debug = 1u << 4;
inline constexpr std::uint32_t in_io_uring = 1u << 5;
inline constexpr std::uint32_t in_ipc = 1u << 6;
inline constexpr std::uint32_t in_keyring = 1u << 7;
inline constexpr std::uint32_t in_memlock = 1u << 8;
inline constexpr std::uint32_t in_module = 1u << 9;
inline constexpr std::uint32_t in_mount = 1u << 10;
inline constexpr std::uint32_t in_namespaces = 1u << 11;
inline constexpr std::uint32_t in_network_io = 1u << 12;
inline constexpr std::uint32_t in_obsolete = 1u << 13;
inline constexpr std::uint32_t in_privileged = 1u << 14;
inline constexpr std::uint32_t in_ptrace = 1u << 15;
inline constexpr std::uint32_t in_raw_io = 1u << 16;
inline constexpr std::uint32_t in_reboot = 1u << 17;
inline constexpr std::uint32_t in_resources = 1u << 18;
inline constexpr std::uint32_t in_setuid = 1u << 19;
inline constexpr std::uint32_t in_swap = 1u << 20;

std::span<const system_call> system_calls();
std::span<const system_call_group> system_call_groups();

} // namespace reeve::chainload
