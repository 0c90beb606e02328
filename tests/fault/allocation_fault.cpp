// Preloaded: counts the allocations of every program that is called supervise or depengine (or what
// REEVE_ALLOCATION_PROGRAM says), and makes them fail on demand.
//
// REEVE_ALLOCATION_FAULT names a file that test and program map together (struct board). The program counts there
// how often it asks for memory; while the test has set `refuse`, it gets none; the `fail_at`-th time it gets none either. Other programs, such as the services
// that inherit the environment, allocate as ever. operator new is malloc's caller, so it is counted too.
// The C library's own entries (__libc_malloc …) do the work: no dlsym, which would itself allocate.
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}

namespace {
// tests/blackbox/test_supervise_allocation.py and allocation.py here know this layout.
struct board {
    std::uint64_t programs; // that have mapped it
    std::uint64_t calls;
    std::uint64_t refused;
    std::uint64_t refuse;  // written by the test
    std::uint64_t fail_at; // the same; 0: never
};

board* shared = nullptr; // null: this program is none of those that are looked at

[[gnu::constructor]] void join(int, char** argv, char**) {
    const char* slash = std::strrchr(argv[0], '/');
    const char* name = slash != nullptr ? slash + 1 : argv[0];
    const char* wanted = std::getenv("REEVE_ALLOCATION_PROGRAM");
    if (wanted != nullptr ? std::strcmp(name, wanted) != 0
                          : std::strcmp(name, "supervise") != 0 && std::strcmp(name, "depengine") != 0)
        return;
    const char* path = std::getenv("REEVE_ALLOCATION_FAULT");
    if (path == nullptr) return;
    int fd = ::open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) return;
    void* at = ::mmap(nullptr, sizeof(board), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ::close(fd);
    if (at == MAP_FAILED) return;
    shared = static_cast<board*>(at);
    __atomic_fetch_add(&shared->programs, 1, __ATOMIC_RELAXED);
}

// Counts one call, and says whether it is to fail.
bool refused() {
    if (shared == nullptr) return false;
    std::uint64_t before = __atomic_fetch_add(&shared->calls, 1, __ATOMIC_RELAXED);
    bool all = __atomic_load_n(&shared->refuse, __ATOMIC_RELAXED) != 0;
    if (!all && before + 1 != __atomic_load_n(&shared->fail_at, __ATOMIC_RELAXED)) return false;
    __atomic_fetch_add(&shared->refused, 1, __ATOMIC_RELAXED);
    return true;
}

void* no_memory() {
    errno = ENOMEM;
    return nullptr;
}
} // namespace

extern "C" {
void* malloc(std::size_t size) {
    return refused() ? no_memory() : __libc_malloc(size);
}

void* calloc(std::size_t count, std::size_t size) {
    return refused() ? no_memory() : __libc_calloc(count, size);
}

void* realloc(void* old, std::size_t size) {
    return refused() ? no_memory() : __libc_realloc(old, size);
}

void* memalign(std::size_t alignment, std::size_t size) {
    return refused() ? no_memory() : __libc_memalign(alignment, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
    return refused() ? no_memory() : __libc_memalign(alignment, size);
}

int posix_memalign(void** at, std::size_t alignment, std::size_t size) {
    if (refused()) return ENOMEM;
    void* got = __libc_memalign(alignment, size);
    if (got == nullptr) return ENOMEM;
    *at = got;
    return 0;
}
}
