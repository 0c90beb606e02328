// The stack of a program that is deep in a call once in a while and idle most of the time.
#pragma once

#include <cstdint>
#include <sys/mman.h>

namespace reeve::chainload {

// Returns the pages below the caller's frame, which earlier and deeper calls have touched, to the kernel.
[[gnu::noinline]] inline void give_back_stack() {
    constexpr std::uintptr_t page = 4096, reach = 64 * 1024, red_zone = 128;
    auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    std::uintptr_t end = (here - 4 * red_zone) & ~(page - 1);
    // Where the stack is not that deep yet the call says so, after having done the rest.
    ::madvise(reinterpret_cast<void*>(end - reach), reach, MADV_DONTNEED);
}

} // namespace reeve::chainload
