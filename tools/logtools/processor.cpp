#include "tools/logtools/processor.hpp"

#include "chainload/file.hpp"
#include "chainload/signals.hpp"

#include <csignal>
#include <sys/wait.h>

namespace reeve::logtools {

namespace {
struct placed_file {
    int fd;
    const char* name;
    int flags;
    bool fresh; // a new file: a processor whose multilog was killed may still be writing into the old one
};
constexpr placed_file files[] = {
    {0, "previous", O_RDONLY, false},
    {1, "processed", O_WRONLY | O_CREAT | O_TRUNC, true},
    {4, "state", O_RDONLY | O_CREAT, false},
    {5, "newstate", O_WRONLY | O_CREAT | O_TRUNC, true},
};

// In the child. All of the parent's descriptors but standard error are close-on-exec.
[[noreturn]] void become_processor(int directory, const char* command) {
    if (::fchdir(directory) < 0) ::_exit(111);
    for (const auto& file : files) {
        if (file.fresh) ::unlink(file.name);
        int fd = ::open(file.name, file.flags | O_NOFOLLOW | O_NOCTTY, 0644);
        if (fd < 0 || (fd != file.fd && (::dup2(fd, file.fd) < 0 || ::close(fd) < 0))) ::_exit(111);
    }
    chainload::default_all_signals();
    chainload::unblock_all_signals();
    const char* const words[] = {"sh", "-c", command, nullptr};
    ::execv("/bin/sh", const_cast<char* const*>(words));
    ::_exit(111);
}
} // namespace

std::optional<trouble> run_processor(int directory, const char* command) {
    pid_t child = ::fork();
    if (child < 0) return trouble{errno, "fork for", "processor"};
    if (child == 0) {
        int place = ::fcntl(directory, F_DUPFD_CLOEXEC, 6); // out of the way of what is placed
        become_processor(place < 0 ? directory : place, command);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return trouble{errno, "wait for", "processor"};
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return trouble{0, "run", "processor"};
    return {};
}

} // namespace reeve::logtools
