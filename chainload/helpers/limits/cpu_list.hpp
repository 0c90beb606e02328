// Sets of CPUs as the kernel and taskset(1) write them: "0-3,7", "0-15:2" (every second one).
#pragma once

#include <array>
#include <climits>
#include <cstddef>
#include <string_view>

namespace reeve::chainload {

// A mask for sched_setaffinity, of as many CPUs as a kernel can be built for (CONFIG_NR_CPUS).
class cpu_list {
public:
    static constexpr unsigned most = 8192;

    bool has(unsigned cpu) const { return (words_[cpu / word_bits] >> (cpu % word_bits) & 1) != 0; }
    // Adds what the text lists. False: it is no list, or names a CPU that no kernel has.
    bool add(std::string_view text);

    unsigned long* mask() { return words_.data(); }
    static constexpr std::size_t bytes = most / CHAR_BIT;

private:
    static constexpr unsigned word_bits = CHAR_BIT * sizeof(unsigned long);

    bool add_range(std::string_view text);

    std::array<unsigned long, most / word_bits> words_{};
};

} // namespace reeve::chainload
