#include "tests/unit/allocation_count.hpp"

#include <cstdlib>
#include <new>

namespace {
std::uint64_t count = 0;
}

std::uint64_t reeve::tests::allocations() {
    return count;
}

void* operator new(std::size_t size) {
    ++count;
    if (void* got = std::malloc(size != 0 ? size : 1)) return got;
    throw std::bad_alloc();
}

// The library's temporary buffers (std::stable_sort) ask this way: whoever replaces one replaces all.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++count;
    return std::malloc(size != 0 ? size : 1);
}

void operator delete(void* it) noexcept {
    std::free(it);
}

void operator delete(void* it, std::size_t) noexcept {
    std::free(it);
}

void operator delete(void* it, const std::nothrow_t&) noexcept {
    std::free(it);
}
