#include "chainload/helpers/environment/variable_directory.hpp"

#include "chainload/directory.hpp"
#include "chainload/file.hpp"
#include "chainload/helpers/environment/variable_file.hpp"

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
    auto content = content_of(file->get(), name);
    return content && take(name, *content);
}

std::optional<std::span<char>> variable_directory::content_of(int file, const char* name) {
    std::span<char> room = small_;
    std::size_t size = 0;
    for (;;) {
        ssize_t got = ::read(file, room.data() + size, room.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(errno, name), std::nullopt;
        size += static_cast<std::size_t>(got);
        std::string_view text(room.data(), size);
        // Of what follows the first line only the strict want to know.
        if (got == 0 || (!strict_ && text.find('\n') != std::string_view::npos)) return room.first(size);
        if (size < room.size()) continue;
        if (size == longest_value) return fail(E2BIG, name), std::nullopt;
        if (large_.empty()) {
            char* memory = self_.variables.memory().take(longest_value);
            if (memory == nullptr) return out_of_memory(), std::nullopt;
            large_ = {memory, longest_value};
        }
        std::memcpy(large_.data(), room.data(), size);
        room = large_;
    }
}

bool variable_directory::take(std::string_view name, std::span<char> content) {
    if (strict_) {
        auto complaint = strict_complaint(name, {content.data(), content.size()});
        if (!complaint.empty()) return problem_ = self_.fatal(dir_, "/", name, ": ", complaint), false;
    }
    std::size_t equals = name.find('=');
    if (equals == std::string_view::npos)
        return content.empty() ? forget(name)
                               : self_.variables.set(name, variable_value(content)) || out_of_memory();
    // As in daemontools: the file A=B, if it holds C, makes A to B=C, and if it is empty, to B.
    std::string_view value = content.empty() ? std::string_view() : variable_value(content);
    std::string_view head = name.substr(equals + 1);
    std::size_t size = head.size() + (content.empty() ? 0 : 1 + value.size());
    char* joined = self_.variables.memory().take(size + 1);
    if (joined == nullptr) return out_of_memory();
    std::memcpy(joined, head.data(), head.size());
    if (!content.empty()) joined[head.size()] = '=';
    if (!value.empty()) std::memcpy(joined + head.size() + 1, value.data(), value.size());
    return self_.variables.set(name.substr(0, equals), {joined, size}) || out_of_memory();
}

bool variable_directory::forget(std::string_view name) {
    if (name.find('=') != std::string_view::npos) return take(name, {});
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
