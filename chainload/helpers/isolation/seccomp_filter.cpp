#include "chainload/helpers/isolation/seccomp_filter.hpp"

#include "chainload/helpers/isolation/no_new_privileges.hpp"
#include "chainload/helpers/isolation/system_calls.hpp"

#include <cstddef>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace reeve::chainload {

namespace {
#if defined(__x86_64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t architecture = 0; // enforce() refuses
#endif
constexpr std::uint16_t load = BPF_LD | BPF_W | BPF_ABS, jump_equal = BPF_JMP | BPF_JEQ | BPF_K,
                        jump_at_least = BPF_JMP | BPF_JGE | BPF_K, jump_greater = BPF_JMP | BPF_JGT | BPF_K,
                        jump_any_bit = BPF_JMP | BPF_JSET | BPF_K, give = BPF_RET | BPF_K;
// Instructions for a search among so many ranges.
constexpr std::size_t search_size(std::size_t count) {
    return 5 * count - 1;
}
} // namespace

bool seccomp_filter::deny(std::string_view list, std::string_view& unknown) {
    for (;;) {
        std::size_t comma = list.find(',');
        unknown = list.substr(0, comma);
        std::string_view name = unknown.starts_with('@') ? unknown.substr(1) : unknown;
        std::uint32_t group = 0;
        for (const auto& one : system_call_groups())
            if (one.name == name) group = one.bit;
        namespaces_ = namespaces_ || (group & in_namespaces) != 0;
        bool found = group != 0;
        for (const auto& one : system_calls()) {
            if ((one.groups & group) == 0 && one.name != unknown) continue;
            found = true;
            if (one.number() >= 0) denied_.add(static_cast<std::size_t>(one.number()));
        }
        if (!found) return false;
        if (comma == std::string_view::npos) return true;
        list.remove_prefix(comma + 1);
    }
}

void seccomp_filter::fail_with(int error) {
    action_ = SECCOMP_RET_ERRNO | (static_cast<std::uint32_t>(error) & SECCOMP_RET_DATA);
}

void seccomp_filter::kill() {
    action_ = SECCOMP_RET_KILL_PROCESS;
}

void seccomp_filter::add(std::uint16_t code, std::uint32_t value, std::size_t if_true, std::size_t if_false) {
    program_[size_++] = {code, static_cast<std::uint8_t>(if_true), static_cast<std::uint8_t>(if_false),
                         value};
}

void seccomp_filter::add_return(std::uint32_t action) {
    add(give, action);
}

// Calls by another machine's numbers (32-bit ones, on x86 the x32 ones) would pass by those that are denied.
void seccomp_filter::add_architecture() {
    add(load, offsetof(seccomp_data, arch));
    add(jump_equal, architecture, 1, 0);
    add_return(action_);
    add(load, offsetof(seccomp_data, nr));
    constexpr std::uint32_t x32 = 0x40000000; // __X32_SYSCALL_BIT; no number of others is as high
    add(jump_at_least, x32, 0, 1);
    add_return(action_);
}

// clone makes namespaces if its first argument says so. clone3 keeps that in memory, where no filter can look: it is
// said not to exist, on which libraries take clone.
void seccomp_filter::add_namespaces() {
    constexpr std::uint32_t kinds =
        0x7e020000; // CLONE_NEW…, without the time namespaces that clone cannot make
    add(jump_equal, SYS_clone3, 0, 1);
    add_return(SECCOMP_RET_ERRNO | ENOSYS);
    add(jump_equal, SYS_clone, 0, 4);
    add(load, offsetof(seccomp_data, args));
    add(jump_any_bit, kinds, 0, 1);
    add_return(action_);
    add(load, offsetof(seccomp_data, nr));
}

void seccomp_filter::add_search(const range* ranges, std::size_t count) {
    if (count == 1) {
        add(jump_at_least, ranges->first, 0, 2);
        add(jump_greater, ranges->last, 1, 0);
        add_return(action_);
        add_return(SECCOMP_RET_ALLOW);
        return;
    }
    constexpr std::size_t most_skipped = 51; // a jump is of 255 instructions at most
    std::size_t left = count / 2 < most_skipped ? count / 2 : most_skipped;
    add(jump_at_least, ranges[left].first, search_size(left), 0);
    add_search(ranges, left);
    add_search(ranges + left, count - left);
}

result<void> seccomp_filter::enforce() {
    constexpr const char* step = "put the filter in force";
    if (architecture == 0) return failure{ENOSYS, "filter system calls of this machine"};
    std::array<range, highest / 2> ranges;
    std::size_t count = 0;
    for (std::uint32_t number = 0; number < highest; ++number) {
        if (!denied_.has(number)) continue;
        if (count > 0 && ranges[count - 1].last + 1 == number)
            ranges[count - 1].last = number;
        else
            ranges[count++] = {number, number};
    }
    add_architecture();
    if (namespaces_) add_namespaces();
    if (count > 0)
        add_search(ranges.data(), count);
    else
        add_return(SECCOMP_RET_ALLOW);
    sock_fprog program{static_cast<unsigned short>(size_), program_.data()};
    return restrict_with_promise([&] { return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program); },
                                 step);
}

} // namespace reeve::chainload
