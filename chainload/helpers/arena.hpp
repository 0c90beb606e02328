// Memory that is only ever taken, for programs that end in an exec: a little of its own, then whole pages from the kernel,
// no allocator.
#pragma once

#include <array>
#include <cstddef>
#include <sys/mman.h>

namespace reeve::chainload {

class arena {
public:
    arena() = default;
    arena(const arena&) = delete;
    arena& operator=(const arena&) = delete;

    // `size` bytes, aligned for pointers; nullptr if the kernel has none. They are never given back.
    char* take(std::size_t size) {
        constexpr std::size_t chunk = 64 * 1024; // pages that are not touched cost nothing
        size = (size + alignof(void*) - 1) / alignof(void*) * alignof(void*);
        if (size > chunk / 2) return map(size); // what is left of the chunk stays in use
        if (size > left_) {
            char* pages = map(chunk);
            if (pages == nullptr) return nullptr;
            next_ = pages;
            left_ = chunk;
        }
        char* taken = next_;
        next_ += size;
        left_ -= size;
        return taken;
    }

private:
    static char* map(std::size_t size) {
        void* pages = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return pages == MAP_FAILED ? nullptr : static_cast<char*>(pages);
    }

    alignas(void*) std::array<char, 2048> first_; // enough for most chains
    char* next_ = first_.data();
    std::size_t left_ = first_.size();
};

} // namespace reeve::chainload
