// envdir [-f] DIR PROGRAM …: each file of DIR is a variable: its first line without blanks at its end, NUL read as
// newline; an empty file removes the variable. Names that begin with "." are left out. As daemontools', whose
// exit code for wrong usage is 111, and which looks for PROGRAM in the PATH from before.
//
// -f is strict: a name with "=", more than one line, a blank that would be cut and a NUL are errors.
#include "chainload/directory.hpp"
#include "chainload/file.hpp"
#include "chainload/helpers.hpp"

namespace reeve::chainload {

namespace {
constexpr std::size_t longest_value = 128 * 1024; // what the kernel takes, MAX_ARG_STRLEN of execve(2)

// daemontools enters the directory before it reads it, so that is what it names first when it may do neither.
bool enterable(const char* dir) {
    return ::faccessat(AT_FDCWD, dir, X_OK, 0) == 0;
}

class directory_reader {
public:
    directory_reader(process& self, const char* dir, bool strict)
        : self_(self)
        , dir_(dir)
        , strict_(strict) {}

    // False: `problem` says why.
    bool read(const char* name) {
        auto file = open_at(fd_, name, O_RDONLY | O_NONBLOCK);
        if (!file && file.why().error == ENOENT) return forget(name); // removed meanwhile, or a dangling link
        if (!file) return fail(file.why().error, name);
        if (buffer_ == nullptr) buffer_ = self_.variables.memory().take(longest_value);
        if (buffer_ == nullptr) return out_of_memory();
        std::size_t size = 0;
        std::string_view text;
        for (;;) {
            ssize_t got = ::read(file->get(), buffer_ + size, longest_value - size);
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) return fail(errno, name);
            size += static_cast<std::size_t>(got);
            text = {buffer_, size};
            if (got == 0 || text.find('\n') != std::string_view::npos) break;
            if (size == longest_value) return fail(E2BIG, name);
        }
        if (text.empty()) return forget(name);
        if (strict_ && !check(name, text)) return false;
        text = text.substr(0, text.find('\n'));
        while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
        for (std::size_t i = 0; i < text.size(); ++i)
            if (buffer_[i] == '\0') buffer_[i] = '\n';
        return self_.variables.set(name, text) || out_of_memory();
    }

    bool read_all(int fd) {
        fd_ = fd;
        bool good = true;
        auto listed = list_directory(
            fd, [&](const char* name, entry_type) { good = good && (name[0] == '.' || read(name)); });
        if (!listed) problem = self_.unable(listed.why().error, "read directory ", dir_);
        return good && listed;
    }

    next problem;

private:
    bool check(std::string_view name, std::string_view text) {
        std::string_view line = text.substr(0, text.find('\n'));
        std::string_view what = name.find('=') != std::string_view::npos    ? "its name has a ="
                                : line.size() + 1 < text.size()             ? "more than one line"
                                : line.find('\0') != std::string_view::npos ? "a NUL byte"
                                : line.ends_with(' ') || line.ends_with('\t')
                                    ? "a blank at the end of the line"
                                    : "";
        if (what.empty()) return true;
        problem = self_.fatal(dir_, "/", name, ": ", what);
        return false;
    }
    bool forget(const char* name) { return self_.variables.unset(name) || out_of_memory(); }
    bool fail(int error, const char* name) {
        problem = enterable(dir_) ? self_.unable(error, "read ", dir_, "/", name)
                                  : self_.unable(error, "switch to directory ", dir_);
        return false;
    }
    bool out_of_memory() {
        problem = self_.out_of_memory();
        return false;
    }

    process& self_;
    const char* dir_;
    bool strict_;
    int fd_ = -1;
    char* buffer_ = nullptr;
};
} // namespace

next run_envdir(char** arguments, process& self) {
    bool strict = arguments[1] != nullptr && arguments[1] == std::string_view("-f");
    if (strict) ++arguments;
    const char* dir = arguments[1];
    if (dir == nullptr || arguments[2] == nullptr) return self.wrong_usage();
    const char* search = self.variables.get("PATH");
    auto there = open_at(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY);
    if (!there)
        return self.unable(there.why().error, enterable(dir) ? "read directory " : "switch to directory ",
                           dir);
    directory_reader reader(self, dir, strict);
    if (!reader.read_all(there->get())) return reader.problem;
    next then = self.go_on(arguments + 2);
    then.search = search;
    then.own_search = true;
    return then;
}

} // namespace reeve::chainload
