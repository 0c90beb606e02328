#include "chainload/helpers/rights/getent.hpp"

#include "chainload/exec_search.hpp"
#include "chainload/spawn.hpp"
#include "chainload/text.hpp"

#include <fcntl.h>
#include <sys/wait.h>

namespace reeve::chainload {

getent::getent(const char* database, std::string_view name, char* const* environment) {
    if (name.empty() || name.starts_with('-')) return; // an option of getent
    text_buffer<256> key(name);
    int ends[2];
    if (key.overflowed() || ::pipe2(ends, O_CLOEXEC) < 0) return;
    unique_fd in(ends[0]), out(ends[1]);
    char program[] = "getent";
    char* arguments[] = {program, const_cast<char*>(database), key.data(), nullptr};
    auto child = spawn_child([&]() -> failure {
        // dup2 to itself would leave close-on-exec set.
        if (out.get() == STDOUT_FILENO ? ::fcntl(STDOUT_FILENO, F_SETFD, 0) < 0
                                       : ::dup2(out.get(), STDOUT_FILENO) < 0)
            return failed("ask getent");
        return exec_program(arguments, environment);
    });
    if (!child) return;
    child_ = *child;
    answer_ = std::move(in);
}

getent::~getent() {
    answer_.reset();
    if (child_ < 0) return;
    while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

} // namespace reeve::chainload
