#include "svscan/starter.hpp"

#include "chainload/exec_search.hpp"
#include "chainload/signals.hpp"
#include "chainload/spawn.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace reeve::svscan {

namespace {
constexpr int reserved_fds = 24; // for reading records, scripts, inotify, the messages of the C library
}

starter::starter() {
    find_supervise();
    take_low_places();
    if (::getrlimit(RLIMIT_NOFILE, &files_at_start_) < 0) files_at_start_ = {RLIM_INFINITY, RLIM_INFINITY};
    rlimit raised = files_at_start_;
    raised.rlim_cur = raised.rlim_max;
    limit_raised_ = raised.rlim_cur != files_at_start_.rlim_cur && ::setrlimit(RLIMIT_NOFILE, &raised) == 0;
    rlim_t files = limit_raised_ ? raised.rlim_cur : files_at_start_.rlim_cur;
    first_reserved_fd_ = static_cast<int>(std::min<rlim_t>(files, INT_MAX)) - reserved_fds;
}

bool starter::low_place::put(int what) const {
    return ::dup3(what, fd.get(), O_CLOEXEC) >= 0;
}

void starter::low_place::clear() const {
    ::dup3(rest, fd.get(), O_CLOEXEC);
}

// Early, while the low numbers are free. Where there is no /dev/null, starts with pipes fail with a clear message.
void starter::take_low_places() {
    null_.reset(::open("/dev/null", O_RDWR | O_CLOEXEC));
    for (low_place* place : {&input_, &output_}) {
        place->fd.reset(::fcntl(null_.get(), F_DUPFD_CLOEXEC, 3));
        place->rest = null_.get();
    }
}

void starter::find_supervise() {
    std::array<char, PATH_MAX> self;
    ssize_t length = ::readlink("/proc/self/exe", self.data(), self.size());
    if (length > 0) {
        std::string path(self.data(), static_cast<std::size_t>(length));
        path.replace(path.rfind('/') + 1, std::string::npos, "supervise");
        if (::access(path.c_str(), X_OK) == 0) {
            supervise_ = path;
            return;
        }
    }
    auto take = [](void* to, const char* path) {
        if (::access(path, X_OK) != 0) return false;
        *static_cast<std::string*>(to) = path;
        return true;
    };
    // With nothing found, every start says so; a relative entry of PATH means the scan directory, as for a child.
    if (!chainload::search_program("supervise", std::getenv("PATH"), take, &supervise_))
        supervise_ = "supervise";
}

void starter::use_tree(const supervise::tree_id& id) {
    auto digits = chainload::format_hex(id);
    tree_text_.assign(digits.data(), digits.size());
}

void starter::restore_limit() const {
    if (limit_raised_) ::setrlimit(RLIMIT_NOFILE, &files_at_start_);
}

chainload::result<pid_t> starter::start(const supervise_arguments& with) {
    if (!input_.fd || !output_.fd) take_low_places(); // it was not possible at first
    std::array<const char*, 8> words{"supervise", "-t", tree_text_.c_str()};
    std::size_t count = 3;
    if (with.wait_for_engine) words[count++] = "-e";
    if (with.state != nullptr) {
        words[count++] = "-s";
        words[count++] = with.state;
    }
    words[count++] = with.directory;
    if (with.input >= 0 && !input_.put(with.input)) return chainload::failed("connect stdin of supervise");
    if (with.output >= 0 && !output_.put(with.output))
        return chainload::failed("connect stdout of supervise");
    int above = std::max(input_.fd.get(), output_.fd.get()) + 1;
    // The child borrows our memory, and at first our descriptors: it calls nothing but the kernel.
    auto pid = chainload::spawn_child_sharing_descriptors([&]() -> chainload::failure {
        if (auto own = chainload::keep_descriptors_below(above); !own) return own.why();
        if (with.input >= 0 && ::dup2(input_.fd.get(), STDIN_FILENO) < 0)
            return chainload::failed("connect stdin of supervise");
        if (with.output >= 0 && ::dup2(output_.fd.get(), STDOUT_FILENO) < 0)
            return chainload::failed("connect stdout of supervise");
        restore_limit();
        chainload::unblock_all_signals();
        ::execve(supervise_.c_str(), const_cast<char* const*>(words.data()), environ);
        return chainload::failed("run supervise");
    });
    if (with.input >= 0) input_.clear();
    if (with.output >= 0) output_.clear();
    return pid;
}

chainload::result<pid_t> starter::run_script(const char* path) const {
    return chainload::spawn_child([&]() -> chainload::failure {
        ::setsid();
        return become_script(path, nullptr);
    });
}

chainload::failure starter::become_script(const char* path, const char* argument) const {
    std::array<const char*, 3> words{path, argument, nullptr};
    restore_limit();
    chainload::unblock_all_signals();
    ::execve(path, const_cast<char* const*>(words.data()), environ);
    return chainload::failed("run");
}

} // namespace reeve::svscan
