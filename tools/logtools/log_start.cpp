// The begin of a log: what its directory holds from an earlier multilog, and what becomes of it.
#include "tools/logtools/log.hpp"

#include "chainload/directory.hpp"
#include "chainload/file.hpp"

#include <sys/stat.h>

namespace reeve::logtools {

namespace {
constexpr mode_t whole = S_IXUSR; // what is whole and on disk is marked by that

// Nothing if there is no such file.
std::optional<struct stat> look_at(int directory, const char* file) {
    struct stat info {};
    if (::fstatat(directory, file, &info, AT_SYMLINK_NOFOLLOW) < 0) return std::nullopt;
    return info;
}
} // namespace

std::optional<trouble> log::open_current() {
    auto fd = chainload::open_at(directory_.get(), "current", O_WRONLY | O_CREAT | O_APPEND | chainload::wary,
                                 0600);
    if (!fd) return trouble{fd.why().error, "create", "current"};
    struct stat info {};
    if (::fchmod(fd->get(), 0644) < 0 || ::fstat(fd->get(), &info) < 0)
        return trouble{errno, "change mode of", "current"};
    current_ = std::move(*fd);
    inode_ = info.st_ino;
    in_file_ = static_cast<std::uint64_t>(info.st_size);
    buffer_->bytes = in_file_;
    buffer_->at_newline = ends_with_newline();
    return {};
}

std::optional<trouble> log::start() {
    int fd = directory_.get();
    ::lseek(fd, 0, SEEK_SET);
    (void)chainload::list_directory(
        fd, [&](const char* name, chainload::entry_type) { newest_ = std::max(newest_, stamp_of(name)); });
    auto current = look_at(fd, "current");
    auto previous = look_at(fd, "previous");
    auto processed = look_at(fd, "processed");
    bool is_processed = processed && (processed->st_mode & whole) != 0;
    // Killed while it rotated, in this boot: everything is as it was left.
    bool rotating = previous && expected_.inode != 0 && (previous->st_mode & whole) != 0 &&
                    (!current || current->st_size == 0 || current->st_ino == expected_.inode);
    bool regular = current && S_ISREG(current->st_mode); // a symlink, which is not followed, has all modes
    bool own = regular && ((current->st_mode & whole) != 0 || current->st_ino == expected_.inode);
    if (!rotating && !own && !(current && current->st_size == 0 && !previous))
        if (auto what = recover()) return what;
    if (auto what = open_current()) return what;
    if (is_processed) { // killed after that; (recover() would have seen to it)
        if (auto what = keep_processed()) return what;
    } else if (rotating) {
        step_ = step::created;
    }
    return tidy();
}

// As daemontools does after an outage: what a processor left behind counts only if it is whole; what was being written
// becomes an old file that may be cut.
std::optional<trouble> log::recover() {
    int fd = directory_.get();
    ::unlinkat(fd, "state", 0);
    ::unlinkat(fd, "newstate", 0);
    auto processed = look_at(fd, "processed");
    if (processed && (processed->st_mode & whole) != 0) {
        ::unlinkat(fd, "previous", 0);
        if (auto what = put_away("processed", ".s")) return what;
    } else {
        ::unlinkat(fd, "processed", 0);
        if (auto what = put_away("previous", ".u")) return what;
    }
    if (auto what = put_away("current", ".u")) return what;
    auto state = chainload::open_at(fd, "state", O_WRONLY | O_CREAT | O_TRUNC | chainload::wary, 0644);
    if (!state) return trouble{state.why().error, "create", "state"};
    return {};
}

} // namespace reeve::logtools
