// A log's rotation, in steps of which each can be tried again; the processor; and what is removed afterwards.
#include "tools/logtools/log.hpp"

#include "chainload/clock.hpp"
#include "chainload/directory.hpp"
#include "chainload/file.hpp"
#include "tools/logtools/processor.hpp"
#include "tools/logtools/retention.hpp"

#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace reeve::logtools {

namespace {
constexpr unsigned rename_noreplace = 1; // RENAME_NOREPLACE, <linux/fs.h>

// `from` becomes `to` if that is not there. Where the file system cannot do it in one step: by two names for a moment.
bool rename_new(int directory, const char* from, const char* to) {
    if (::syscall(SYS_renameat2, directory, from, directory, to, rename_noreplace) == 0) return true;
    if (errno != EINVAL && errno != ENOSYS) return false;
    return ::linkat(directory, from, directory, to, 0) == 0 && ::unlinkat(directory, from, 0) == 0;
}
} // namespace

// Gives a file its last name. Nothing to do if it is not there.
std::optional<trouble> log::put_away(const char* file, const char* suffix) {
    struct stat info {};
    if (::fstatat(directory_.get(), file, &info, AT_SYMLINK_NOFOLLOW) < 0) {
        if (errno == ENOENT) return {};
        return trouble{errno, "look at", file};
    }
    if (info.st_nlink > 1) { // it has that name already: killed between the two steps
        if (::unlinkat(directory_.get(), file, 0) < 0) return trouble{errno, "remove", file};
        return {};
    }
    for (;;) {
        auto stamp = next_stamp(chainload::tai64n_now(), newest_);
        auto digits = make_label(stamp);
        chainload::text_buffer<64> name(std::string_view(digits.data(), digits.size()), suffix);
        newest_ = stamp;
        if (rename_new(directory_.get(), file, name.c_str())) return {};
        if (errno != EEXIST) return trouble{errno, "rename", file};
    }
}

// previous -> processed, by the processor; state -> newstate. Once `processed` is marked as whole it is done.
std::optional<trouble> log::process() {
    int fd = directory_.get();
    if (auto what = run_processor(fd, settings_->processor)) return what;
    auto processed = chainload::open_at(fd, "processed", O_WRONLY | O_APPEND | chainload::wary);
    if (!processed) return trouble{processed.why().error, "open", "processed"};
    if (::fsync(processed->get()) < 0) return trouble{errno, "sync", "processed"};
    if (::fchmod(processed->get(), 0744) < 0) return trouble{errno, "change mode of", "processed"};
    return {};
}

std::optional<trouble> log::keep_processed() {
    int fd = directory_.get();
    if (::unlinkat(fd, "previous", 0) < 0 && errno != ENOENT) return trouble{errno, "remove", "previous"};
    if (::renameat(fd, "newstate", fd, "state") < 0 && errno != ENOENT)
        return trouble{errno, "rename", "newstate"};
    return put_away("processed", ".s");
}

std::optional<trouble> log::rotate() {
    int fd = directory_.get();
    bool processes = settings_->processor != nullptr;
    if (step_ == step::none) {
        if (::fsync(current_.get()) < 0) return trouble{errno, "sync", "current"};
        if (::fchmod(current_.get(), 0744) < 0) return trouble{errno, "change mode of", "current"};
        step_ = step::synced;
    }
    if (step_ == step::synced) {
        if (!processes) {
            if (auto what = put_away("current", ".s")) return what;
        } else if (::renameat(fd, "current", fd, "previous") < 0) {
            return trouble{errno, "rename", "current"};
        }
        step_ = step::renamed;
    }
    if (step_ == step::renamed) {
        if (auto what = open_current()) return what;
        step_ = step::created;
    }
    if (step_ == step::created) {
        if (processes)
            if (auto what = process()) return what;
        step_ = step::processed;
    }
    // Without a processor there is a previous only from a multilog that was killed, and had one.
    if (auto what = processes ? keep_processed() : put_away("previous", ".s")) return what;
    step_ = step::none;
    return tidy();
}

std::optional<trouble> log::tidy() {
    int fd = directory_.get();
    for (;;) {
        old_files all(*settings_, chainload::read_clock(CLOCK_REALTIME).tv_sec);
        ::lseek(fd, 0, SEEK_SET);
        bool details = old_files::needs_details(*settings_);
        auto listed = chainload::list_directory(fd, [&](const char* name, chainload::entry_type) {
            if (!is_old_name(name)) return;
            struct stat info {};
            if (details) ::fstatat(fd, name, &info, AT_SYMLINK_NOFOLLOW);
            all.add(name, static_cast<std::uint64_t>(info.st_size), info.st_mtim.tv_sec);
        });
        if (!listed) return trouble{listed.why().error, "list", "its directory"};
        newest_ = std::max(newest_, all.newest());
        next_expiry_ = all.next_expiry();
        if (!all.must_remove_oldest()) return {};
        chainload::text_buffer<256> oldest(all.oldest());
        if (::unlinkat(fd, oldest.c_str(), 0) < 0 && errno != ENOENT)
            return trouble{errno, "remove", "old file"};
        if (all.is_only_one_too_many()) return {};
    }
}

} // namespace reeve::logtools
