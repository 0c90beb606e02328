#include "chainload/helpers/own_program.hpp"

#include <cstddef>
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace reeve::chainload {

namespace {
// struct statx of statx(2), Linux 4.11; musl has no declaration of it, and <linux/stat.h> is at odds with <fcntl.h>.
struct extended_status {
    std::uint32_t mask, block_size;
    std::uint64_t attributes;
    std::uint32_t links, user, group;
    std::uint16_t mode, spare;
    std::uint64_t inode, size, blocks, attributes_mask;
    std::uint64_t times[4][2];
    std::uint32_t device_of_node[2], major, minor;
    std::uint64_t mount, more[13];
};
static_assert(sizeof(extended_status) == 256 && offsetof(extended_status, major) == 136);
constexpr unsigned ask_inode = 0x100, ask_mount = 0x1000;

result<file_identity> identify(const char* path) {
    extended_status found;
    if (::syscall(SYS_statx, AT_FDCWD, path, 0, ask_inode | ask_mount, &found) < 0)
        return failed("look at program");
    return file_identity{(found.mask & ask_mount) != 0 ? found.mount : 0, found.inode, found.major,
                         found.minor};
}
} // namespace

void own_program::learn() {
    if (learned_) return;
    learned_ = true;
    auto file = identify("/proc/self/exe");
    if (!file) {
        // Without /proc the kernel still tells the path that was exec'd; a relative one may mean another file by now.
        auto path = reinterpret_cast<const char*>(::getauxval(AT_EXECFN));
        if (path == nullptr || path[0] != '/') return;
        file = identify(path);
    }
    known_ = static_cast<bool>(file);
    if (known_) self_ = *file;
}

bool own_program::is_at(const char* path, int& error) {
    auto file = identify(path);
    error = file ? 0 : file.why().error;
    if (!file) return false;
    learn();
    return known_ && file->inode == self_.inode && file->major == self_.major && file->minor == self_.minor &&
           may_exec(path, *file);
}

// By the ids and capabilities in force. The C library's faccessat may fork to learn that; faccessat2 (Linux 5.8) is one
// call. Where there is none, exec has the last word. The same file on the same mount needs no second question.
bool own_program::may_exec(const char* path, const file_identity& file) {
    if (file.mount != 0 && file == permitted_) return true;
    constexpr long faccessat2 = 439;
    if (::syscall(faccessat2, AT_FDCWD, path, X_OK, AT_EACCESS) < 0 && errno != ENOSYS) return false;
    permitted_ = file;
    return true;
}

} // namespace reeve::chainload
