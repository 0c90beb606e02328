// A filter for system calls: which are denied, and what happens then. seccomp(2); a filter is a program for the kernel's
// BPF machine, made here instruction by instruction.
//
// The numbers that are denied are looked for by halving, so that a call costs a handful of instructions even on kernels
// (before 5.11) that run the program at each one.
#pragma once

#include "chainload/bit_set.hpp"
#include "chainload/result.hpp"

#include <array>
#include <cstdint>
#include <linux/filter.h>
#include <string_view>

namespace reeve::chainload {

class seccomp_filter {
public:
    // Adds what `list` names: groups, with or without "@", and calls, separated by commas. False, with the word: there
    // is none of that name.
    bool deny(std::string_view list, std::string_view& unknown);
    // Denied calls fail with this errno; or end the process.
    void fail_with(int error);
    void kill();
    // It holds for this process and all that comes of it, for good.
    result<void> enforce();

private:
    struct range {
        std::uint32_t first, last;
    };
    static constexpr std::size_t highest = 512;

    void add(std::uint16_t code, std::uint32_t value, std::size_t if_true = 0, std::size_t if_false = 0);
    void add_return(std::uint32_t action);
    void add_architecture();
    void add_namespaces();
    void add_search(const range* ranges, std::size_t count);

    bit_set<highest> denied_;
    bool namespaces_ = false; // those that clone can make, too
    std::uint32_t action_ = 0;
    std::array<sock_filter, 1024> program_;
    std::size_t size_ = 0;
};

} // namespace reeve::chainload
