#include "chainload/helpers/isolation/joined_namespaces.hpp"

#include "chainload/file.hpp"
#include "chainload/process.hpp"
#include "chainload/text.hpp"

#include <sched.h>
#include <sys/stat.h>

namespace reeve::chainload {

namespace {
constexpr char opening[] = "open the namespace", all_opening[] = "open the namespaces",
               entering[] = "enter namespaces";

bool is_our_own(int fd, const namespace_kind& kind) {
    struct stat theirs, ours;
    text_buffer<40> path("/proc/self/ns/", kind.entry);
    return ::fstat(fd, &theirs) == 0 && ::stat(path.c_str(), &ours) == 0 && theirs.st_dev == ours.st_dev &&
           theirs.st_ino == ours.st_ino;
}
} // namespace

result<void> joined_namespaces::add(unique_fd fd, int flag) {
    if (count_ == doors_.size()) return failure{E2BIG, opening};
    doors_[count_].fd = std::move(fd);
    doors_[count_++].flag = flag;
    return {};
}

result<void> joined_namespaces::add_process(pid_t pid, int flags) {
    asked_ = true;
    // What is opened below belongs to one process: if it ends and another gets its pid, its directory is empty.
    auto directory = open_at(AT_FDCWD, text_buffer<40>("/proc/", pid, "/ns").c_str(), O_RDONLY | O_DIRECTORY,
                             0, all_opening);
    if (!directory) return directory.why();
    for (const auto& kind : namespace_kinds) {
        if (flags != 0 && (flags & kind.flag) == 0) continue;
        auto file = open_at(directory->get(), kind.entry, O_RDONLY, 0, all_opening);
        if (!file && file.why().error == ENOENT && flags == 0) continue; // an older kernel
        if (!file) return file.why();
        if (is_our_own(file->get(), kind)) continue;
        if (auto added = add(std::move(*file), kind.flag); !added) return added;
    }
    return {};
}

result<void> joined_namespaces::add_file(const namespace_kind& kind, const char* path) {
    asked_ = true;
    auto file = open_at(AT_FDCWD, path, O_RDONLY, 0, opening);
    if (!file) return file.why();
    // To enter the own user namespace once more is an error, all others may be.
    if (kind.flag == new_user && is_our_own(file->get(), kind)) return {};
    return add(std::move(*file), kind.flag);
}

result<void> joined_namespaces::enter_kinds(int flags, bool refusals) {
    for (const auto& kind : namespace_kinds) {
        for (auto& one : std::span(doors_.data(), count_)) {
            if (one.flag != kind.flag || !one.fd || (flags & kind.flag) == 0) continue;
            if (::setns(one.fd.get(), one.flag) < 0) {
                if (refusals && errno == EPERM) continue;
                return failed(entering);
            }
            one.fd.reset();
            entered_ |= kind.flag;
        }
    }
    return {};
}

result<int> joined_namespaces::enter() {
    // With rights outside, those that belong to an outer user namespace must come before the inner one is entered;
    // without, the user namespace gives the rights to enter the others.
    if (auto done = enter_kinds(~new_user, true); !done) return done.why();
    if (auto done = enter_kinds(new_user, false); !done) return done.why();
    if (auto done = enter_kinds(~new_user, false); !done) return done.why();
    return entered_;
}

} // namespace reeve::chainload
