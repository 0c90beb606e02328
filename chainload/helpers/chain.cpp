#include "chainload/helpers/chain.hpp"

#include "chainload/exec_search.hpp"
#include "chainload/file.hpp"
#include "chainload/option_reader.hpp"

#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace reeve::chainload {

namespace {
constexpr char no_fuse[] = "CHAINLOAD_NO_FUSE";
constexpr std::string_view own_name = "chainload";

// Which file this program is.
class own_file {
public:
    bool is(const struct stat& other) {
        if (!asked_) ask();
        return known_ && other.st_ino == self_.st_ino && other.st_dev == self_.st_dev;
    }

private:
    void ask() {
        asked_ = true;
        known_ = ::stat("/proc/self/exe", &self_) == 0;
        if (known_) return;
        // Without /proc the kernel still tells the path that was exec'd; a relative one may mean another file by now.
        auto path = reinterpret_cast<const char*>(::getauxval(AT_EXECFN));
        known_ = path != nullptr && path[0] == '/' && ::stat(path, &self_) == 0;
    }

    struct stat self_ {};
    bool asked_ = false, known_ = false;
};

// Whether exec would be allowed, by the ids and capabilities in force. The C library's faccessat may fork to
// learn that; faccessat2 (Linux 5.8) is one call. Where there is none, exec has the last word.
bool may_exec(const char* path) {
    constexpr long faccessat2 = 439;
    return ::syscall(faccessat2, AT_FDCWD, path, X_OK, AT_EACCESS) == 0 || errno == ENOSYS;
}

struct attempt {
    char** command;
    char* const* environment;
    const helper* namesake; // the helper that command[0] is called like; null: none
    own_file& self;
    int error = ENOENT;
    const helper* fused = nullptr; // the helper that goes on in this process
};

// One place where the next program may be. True: look no further.
bool try_at(void* argument, const char* path) {
    attempt& one = *static_cast<attempt*>(argument);
    struct stat file;
    if (one.namesake != nullptr && ::stat(path, &file) == 0 && one.self.is(file) && may_exec(path)) {
        one.fused = one.namesake;
        return true;
    }
    ::execve(path, one.command, one.environment);
    if (errno == ENOENT || errno == ENOTDIR) return false;
    if (one.error == ENOENT) one.error = errno;
    // What is there but may not be executed does not end the search, as with execvp and in daemontools.
    return errno != EACCES && errno != EPERM && errno != EISDIR;
}

int exit_code_of(const helper& last, int error) {
    if (last.unrunnable_code != 0) return last.unrunnable_code;
    return error == ENOENT ? not_found : cannot_exec;
}
} // namespace

int run_chain(const helper& first, char** arguments, char** inherited,
              const helper* (*find)(std::string_view)) {
    process self(inherited);
    own_file file;
    auto end = [&](int code) {
        (void)write_all(STDERR_FILENO, self.message());
        return code;
    };
    const helper* current = &first;
    for (;;) {
        self.begin(*current);
        next then = current->run(arguments, self);
        if (then.command == nullptr) return end(then.exit_code);

        const char* program = then.program != nullptr ? then.program : then.command[0];
        const char* search = then.own_search ? then.search : self.variables.get("PATH");
        const char* forbidden = self.variables.get(no_fuse);
        // Under another name (argv0) it could not be told which helper is meant.
        bool may_fuse = then.program == nullptr && !then.by_exec &&
                        (forbidden == nullptr || forbidden != std::string_view("1"));
        char** following = then.command;
        if (may_fuse && program_name(program) == own_name && following[1] != nullptr)
            ++following; // "chainload NAME …"
        const helper* namesake = may_fuse ? find(program_name(following[0])) : nullptr;
        attempt one{then.command, self.variables.list(), namesake, file};
        if (program[0] != '\0') search_program(program, search, try_at, &one);
        if (one.fused == nullptr) {
            (void)self.unable(one.error, "run ", program);
            return end(exit_code_of(*current, one.error));
        }
        current = one.fused;
        arguments = following;
    }
}

} // namespace reeve::chainload
