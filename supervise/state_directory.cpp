#include "supervise/state_directory.hpp"

#include "chainload/file.hpp"
#include "chainload/lock.hpp"
#include "chainload/process.hpp"
#include "supervise/control.hpp"
#include "supervise/layout.hpp"

#include <climits>
#include <ctime>
#include <fcntl.h>
#include <sys/stat.h>

namespace reeve::supervise {

using chainload::failed;
using chainload::failure;
using chainload::result;
using chainload::unique_fd;

namespace {
constexpr int lock_attempts = 1000;
constexpr timespec lock_pause{0, 2'000'000}; // 2 s in all
// A service that dropped its rights must get through to the notify socket; what only the owner may use has a mode
// of its own.
constexpr mode_t passable = 0711;

result<void> make_directory(int dir) {
    if (::mkdirat(dir, path::state, passable) == 0) return {};
    if (errno != EEXIST) return failed("make supervise");
    // As Debian's daemontools, runit and s6 do: a symlink to nowhere is an order to make its target.
    struct stat info {};
    if (::fstatat(dir, path::state, &info, 0) == 0) {
        if (S_ISDIR(info.st_mode)) return {};
        return failure{ENOTDIR, "use supervise"};
    }
    char target[PATH_MAX];
    ssize_t length = ::readlinkat(dir, path::state, target, sizeof target - 1);
    if (length < 0) return failed("read link supervise");
    target[length] = '\0';
    if (::mkdirat(dir, target, passable) < 0) return failed("make the directory that supervise links to");
    return {};
}

// The least the kernel keeps for a FIFO: a page's worth of letters is plenty.
constexpr int fifo_bytes = 4096;

result<unique_fd> provide_fifo(int dir, const char* path, int access, const char* step) {
    auto fd = open_fifo(dir, path, access, step);
    if (!fd && fd.why().error == ENOENT) {
        if (::mkfifoat(dir, path, 0600) < 0 && errno != EEXIST) return failed(step);
        fd = open_fifo(dir, path, access, step);
    }
    if (fd) ::fcntl(fd->get(), F_SETPIPE_SZ, fifo_bytes);
    return fd;
}

// s6-supervise locks with fcntl, which flock does not see.
bool lock_against_s6(int fd) {
    struct flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    return ::fcntl(fd, F_SETLK, &whole) == 0 || (errno != EAGAIN && errno != EACCES);
}

result<unique_fd> take_lock(int dir) {
    for (int attempt = 0;; ++attempt) {
        auto lock = chainload::try_lock(dir, path::lock);
        if (lock && !lock_against_s6(lock->get())) return failure{EWOULDBLOCK, "acquire supervise/lock"};
        if (lock || lock.why().error != EWOULDBLOCK) return lock;
        auto record = read_status(dir);
        // Held for good by a living supervise, or by another family's; else by a child that has yet to exec.
        bool for_good = record && (record->foreign || writer_lives(*record));
        if (for_good || attempt == lock_attempts) return failure{EWOULDBLOCK, "acquire supervise/lock"};
        ::nanosleep(&lock_pause, nullptr);
    }
}
} // namespace

bool writer_lives(const status_record& record) {
    if (record.supervise_pid == 0) return false;
    auto stat = chainload::read_process_stat(static_cast<pid_t>(record.supervise_pid));
    return stat && stat->start == record.supervise_start && stat->state != 'Z';
}

result<state_directory> open_state_directory(int dir) {
    if (auto made = make_directory(dir); !made) return made.why();
    auto lock = take_lock(dir);
    if (!lock) return lock.why();
    auto control = provide_fifo(dir, path::control, O_RDWR, "open supervise/control");
    if (!control) return control.why();
    struct stat info {};
    bool open_to_others = ::fstatat(dir, path::state, &info, 0) == 0 &&
                          ((info.st_uid != 0 && info.st_uid != ::geteuid()) || (info.st_mode & 022) != 0);
    return state_directory{std::move(*lock), std::move(*control), {}, open_to_others};
}

result<void> announce(int dir, state_directory& state) {
    auto ok = provide_fifo(dir, path::ok, O_RDONLY, "open supervise/ok");
    if (!ok) return ok.why();
    state.ok = std::move(*ok);
    return {};
}

} // namespace reeve::supervise
