#include "svscan/places.hpp"

#include "chainload/clock.hpp"
#include "chainload/file.hpp"
#include "supervise/control.hpp"

#include <array>
#include <cstdlib>
#include <cstring>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace reeve::svscan {

using chainload::failed;
using chainload::failure;
using chainload::open_at;
using chainload::result;
using chainload::unique_fd;

namespace {
// A directory that is there, made if it was not. What a dangling symlink names is made, as Debian's daemontools,
// runit and s6 do it.
bool make_directory(int base, const char* path, mode_t mode) {
    if (::mkdirat(base, path, mode) == 0) return true;
    if (errno != EEXIST) return false;
    struct stat found {};
    if (::fstatat(base, path, &found, 0) == 0) return S_ISDIR(found.st_mode) || (errno = ENOTDIR, false);
    std::array<char, PATH_MAX> target;
    ssize_t length = ::readlinkat(base, path, target.data(), target.size() - 1);
    if (length <= 0) return false;
    target[static_cast<std::size_t>(length)] = '\0';
    if (target[0] == '/') return ::mkdirat(base, target.data(), mode) == 0 || errno == EEXIST;
    std::string_view link(path);
    std::size_t slash = link.rfind('/');
    path_text beside(link.substr(0, slash == std::string_view::npos ? 0 : slash + 1), target.data());
    return ::mkdirat(base, beside.c_str(), mode) == 0 || errno == EEXIST;
}

// Whose directory it is decides what is in it. One below a sticky directory (/tmp) may have been made by anybody before.
bool is_own(int base, const char* path) {
    struct stat found {};
    return ::fstatat(base, path, &found, 0) == 0 && (found.st_uid == 0 || found.st_uid == ::geteuid());
}

// Whether errno says that there is no such file. Anything else (no memory, a broken disk) says nothing about it.
bool says_absent() {
    return errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == ENAMETOOLONG;
}

// `trouble` becomes the error if it cannot be told.
bool exists(int base, const path_text& path, int& trouble) {
    if (path.overflowed()) return false;
    if (::faccessat(base, path.c_str(), F_OK, 0) == 0) return true;
    if (!says_absent()) trouble = errno;
    return false;
}
} // namespace

result<places> places::open(const char* scan_dir, const std::string& state_root) {
    places made;
    if (!state_root.empty()) {
        if (!make_directory(AT_FDCWD, state_root.c_str(), 0755)) return failed("create STATE_ROOT");
        std::array<char, PATH_MAX> absolute;
        if (::realpath(state_root.c_str(), absolute.data()) == nullptr) return failed("find STATE_ROOT");
        made.state_root_ = absolute.data();
        if (!is_own(AT_FDCWD, absolute.data()))
            return failure{EPERM, "use a STATE_ROOT that belongs to somebody else"};
    }
    if (::chdir(scan_dir) < 0) return failed("chdir to the scan directory");
    auto scan = open_at(AT_FDCWD, ".", O_RDONLY | O_DIRECTORY, 0, "open the scan directory");
    if (!scan) return scan.why();
    made.scan_ = std::move(*scan);
    bool writable = make_directory(made.scan(), ".svscan", 0755) &&
                    ::faccessat(made.scan(), ".svscan", W_OK | X_OK, AT_EACCESS) == 0;
    path_text own(".svscan");
    if (!writable && !made.state_root_.empty()) {
        made.own_is_aside_ = true;
        own = path_text(std::string_view(made.state_root_), "/.svscan");
        if (!make_directory(made.scan(), own.c_str(), 0755)) return failed("create STATE_ROOT/.svscan");
    } else if (!writable) {
        return failed("write to .svscan in the scan directory (a read-only one needs -s STATE_ROOT)");
    } else if (!made.state_root_.empty()) {
        // Of a time when it could not be written: who looks in both places is not to find it.
        ::unlinkat(made.scan(), path_text(std::string_view(made.state_root_), "/.svscan/tree").c_str(), 0);
    }
    auto own_dir = open_at(made.scan(), own.c_str(), O_RDONLY | O_DIRECTORY, 0, "open .svscan");
    if (!own_dir) return own_dir.why();
    made.own_ = std::move(*own_dir);
    return made;
}

look_result places::look(const char* name) const {
    look_result seen;
    struct stat found {};
    auto unreadable = [&](int error) {
        seen.what = {sight_kind::unreadable, {}, false, error};
        return seen;
    };
    if (::fstatat(scan(), name, &found, 0) < 0) {
        if (!says_absent()) return unreadable(errno);
        struct stat link {};
        bool dangling = ::fstatat(scan(), name, &link, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(link.st_mode);
        seen.what.kind = dangling ? sight_kind::dangling : sight_kind::nothing;
        return seen;
    }
    if (!S_ISDIR(found.st_mode)) {
        seen.what.kind = sight_kind::not_a_directory;
        return seen;
    }
    seen.what.id = {found.st_dev, found.st_ino};
    seen.changed_ms = chainload::milliseconds_of(found.st_ctim);
    std::string_view directory(name);
    int trouble = 0;
    bool complete = exists(scan(), path_text(directory, "/run"), trouble) ||
                    exists(scan(), path_text(directory, "/start"), trouble);
    if (!complete && exists(scan(), path_text(directory, "/target"), trouble)) {
        // A target has no process: where there is an engine, it lives there alone.
        auto engine = has_engine();
        if (!engine) trouble = engine.why().error;
        complete = engine && !*engine;
    }
    seen.what.kind = complete ? sight_kind::complete : sight_kind::incomplete;
    path_text log(directory, "/log");
    if (::fstatat(scan(), log.c_str(), &found, 0) == 0)
        seen.what.has_log = S_ISDIR(found.st_mode);
    else if (!says_absent())
        trouble = errno;
    return trouble != 0 ? unreadable(trouble) : seen;
}

result<void> places::list(const std::function<void(const char*)>& visit) const {
    if (::lseek(scan(), 0, SEEK_SET) < 0) return failed("rewind the scan directory");
    alignas(8) std::array<char, 32768> buffer;
    for (;;) {
        long got = ::syscall(SYS_getdents64, scan(), buffer.data(), buffer.size());
        if (got < 0) return failed("read the scan directory");
        if (got == 0) return {};
        for (long at = 0; at < got;) { // struct linux_dirent64 of getdents(2)
            unsigned short length;
            std::memcpy(&length, buffer.data() + at + 16, sizeof length);
            char type = buffer[static_cast<std::size_t>(at) + 18];
            const char* name = buffer.data() + at + 19;
            at += length;
            constexpr char unknown = 0, directory = 4, link = 10;
            if (name[0] != '.' && (type == unknown || type == directory || type == link)) visit(name);
        }
    }
}

result<bool> places::has_engine() const {
    int trouble = 0;
    bool there = exists(scan(), path_text(".depengine"), trouble) ||
                 (!state_root_.empty() &&
                  exists(scan(), path_text(std::string_view(state_root_), "/.depengine"), trouble));
    if (trouble != 0) return failure{trouble, "look for .depengine"};
    return there;
}

path_text places::definition_of(const place& where) const {
    return path_text(where.name, where.which == side::logger ? "/log" : "");
}

path_text places::aside_state_of(const place& where) const {
    // A name never begins with a dot, so the catch-all logger's cannot be a service's.
    if (where.catch_all()) return path_text(std::string_view(state_root_), "/.svscan.log");
    return path_text(std::string_view(state_root_), '/', where.name,
                     where.which == side::logger ? ".log" : "");
}

path_text places::state_of(const place& where) const {
    if (where.aside) return aside_state_of(where);
    path_text path = definition_of(where);
    path.add("/supervise");
    return path;
}

result<supervise::status_record> places::read_record(const place& where) const {
    path_text path = state_of(where);
    path.add("/status");
    return supervise::read_status_file(scan(), path.c_str());
}

bool places::is_locked(const place& where) const {
    path_text path = state_of(where);
    path.add("/lock");
    auto lock = open_at(scan(), path.c_str(), O_RDONLY | chainload::wary);
    // Shared, and let go at once: a supervise that wants it meanwhile tries again.
    return lock && ::flock(lock->get(), LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
}

result<unique_fd> places::open_control_in(const char* state) const {
    path_text path(state, "/control");
    auto open_it = [&] {
        return supervise::open_fifo(scan(), path.c_str(), O_RDWR, "open supervise/control");
    };
    auto control = open_it();
    if (control || control.why().error != ENOENT) return control;
    if (!make_directory(scan(), state, 0711)) return failed("create supervise");
    if (::mknodat(scan(), path.c_str(), S_IFIFO | 0600, 0) < 0 && errno != EEXIST)
        return failed("create supervise/control");
    return open_it();
}

// NAME/supervise -> STATE_ROOT/NAME. What is there already stays.
result<void> places::link_state(const place& where) const {
    path_text target = aside_state_of(where), link = state_of(where);
    if (!make_directory(scan(), target.c_str(), 0700))
        return failed("create the state directory below STATE_ROOT");
    if (!is_own(scan(), target.c_str()))
        return failure{EPERM, "use the state directory below STATE_ROOT, which belongs to somebody else"};
    if (::symlinkat(target.c_str(), scan(), link.c_str()) == 0) return {};
    int error = errno;
    struct stat found {};
    if (::fstatat(scan(), link.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0) return {};
    return failure{error, "create the link supervise"};
}

result<unique_fd> places::open_control(place& where, failure& trouble) const {
    if (state_root_.empty()) return open_control_in(state_of(where).c_str());
    where.aside = false;
    auto linked = link_state(where);
    if (linked) {
        auto control = open_control_in(state_of(where).c_str());
        if (control || control.why().error == EMFILE || control.why().error == ENFILE) return control;
        trouble = control.why();
    } else {
        trouble = linked.why();
    }
    where.aside = true;
    if (trouble.error == EPERM && !is_own(scan(), aside_state_of(where).c_str())) return trouble;
    return open_control_in(aside_state_of(where).c_str());
}

} // namespace reeve::svscan
