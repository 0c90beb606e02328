// How many cases a property is tried with, the seed of each, and the random numbers of one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace reeve::tests {

// From now on property_cases() is what --long promises.
void want_long_run();

// 20,000; 1,000,000 after --long or with REEVE_LONG set and not empty; else what REEVE_PROPERTY_CASES says.
std::size_t property_cases();
// The seed of the first case; the next ones follow. REEVE_PROPERTY_SEED chooses another: the one that a failure
// printed, with REEVE_PROPERTY_CASES=1, runs just that case again.
std::uint64_t first_seed();

// splitmix64: every seed, 0 included, is as good as any other.
class random_numbers {
public:
    explicit random_numbers(std::uint64_t seed)
        : state_(seed) {}

    std::uint64_t next() {
        std::uint64_t mixed = state_ += 0x9e3779b97f4a7c15u;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
        return mixed ^ (mixed >> 31);
    }
    // 0 to limit - 1.
    std::size_t below(std::size_t limit) { return static_cast<std::size_t>(next() % limit); }
    // True in `percent` of all cases.
    bool chance(unsigned percent) { return below(100) < percent; }
    std::int64_t between(std::int64_t low, std::int64_t high) {
        return low + static_cast<std::int64_t>(below(static_cast<std::size_t>(high - low + 1)));
    }
    template <typename T, std::size_t N>
    const T& pick(const T (&from)[N]) {
        return from[below(N)];
    }

private:
    std::uint64_t state_;
};

} // namespace reeve::tests
