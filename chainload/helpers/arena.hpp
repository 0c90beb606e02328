// Memory that is only ever taken, for programs that end in an exec: whole pages from the kernel, no allocator.
#pragma once

#include <cstddef>
#include <sys/mman.h>

namespace reeve::chainload {

class arena {
public:
    // `size` bytes, aligned for pointers; nullptr if the kernel has none. They are never given back.
    char* take(std::size_t size) {
        constexpr std::size_t chunk = 64 * 1024; // pages that are not touched cost nothing
        size = (size + alignof(void*) - 1) / alignof(void*) * alignof(void*);
        if (size > left_) {
            std::size_t whole = size > chunk ? size : chunk;
            void* pages = ::mmap(nullptr, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            if (pages == MAP_FAILED) return nullptr;
            next_ = static_cast<char*>(pages);
            left_ = whole;
        }
        char* taken = next_;
        next_ += size;
        left_ -= size;
        return taken;
    }

private:
    char* next_ = nullptr;
    std::size_t left_ = 0;
};

} // namespace reeve::chainload
