#include "chainload/helpers/environment/variable_directory.hpp"

#include "chainload/directory.hpp"
#include "chainload/file.hpp"

namespace reeve::chainload {

namespace {
constexpr std::size_t longest_value = 128 * 1024; // what the kernel takes, MAX_ARG_STRLEN of execve(2)
} // namespace

bool is_enterable(const char* dir) {
    return ::faccessat(AT_FDCWD, dir, X_OK, 0) == 0;
}

bool variable_directory::read_all(int fd) {
    fd_ = fd;
    bool good = true;
    auto listed = list_directory(
        fd, [&](const char* name, entry_type) { good = good && (name[0] == '.' || read(name)); });
    if (!listed) problem_ = self_.unable(listed.why().error, "read directory ", dir_);
    return good && listed;
}

bool variable_directory::read(const char* name) {
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

bool variable_directory::check(std::string_view name, std::string_view text) {
    std::string_view line = text.substr(0, text.find('\n'));
    std::string_view what = name.find('=') != std::string_view::npos      ? "its name has a ="
                            : line.size() + 1 < text.size()               ? "more than one line"
                            : line.find('\0') != std::string_view::npos   ? "a NUL byte"
                            : line.ends_with(' ') || line.ends_with('\t') ? "a blank at the end of the line"
                                                                          : "";
    if (what.empty()) return true;
    problem_ = self_.fatal(dir_, "/", name, ": ", what);
    return false;
}

bool variable_directory::forget(const char* name) {
    return self_.variables.unset(name) || out_of_memory();
}

bool variable_directory::fail(int error, const char* name) {
    problem_ = is_enterable(dir_) ? self_.unable(error, "read ", dir_, "/", name)
                                  : self_.unable(error, "switch to directory ", dir_);
    return false;
}

bool variable_directory::out_of_memory() {
    problem_ = self_.out_of_memory();
    return false;
}

} // namespace reeve::chainload
