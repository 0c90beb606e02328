#include "chainload/exec_failure.hpp"

#include "chainload/error_text.hpp"
#include "chainload/file.hpp"

#include <sys/stat.h>

namespace reeve::chainload {

namespace {
// The interpreter named by a "#!" line, with a trailing CR if the line has one; empty without such a line.
std::string_view interpreter_of(std::string_view head) {
    if (!head.starts_with("#!")) return {};
    head = head.substr(2, head.find('\n') == std::string_view::npos ? head.size() : head.find('\n') - 2);
    head.remove_prefix(std::min(head.find_first_not_of(" \t"), head.size()));
    return head.substr(0, head.find_first_of(" \t"));
}
} // namespace

text_buffer<256> explain_exec_failure(int dir, const char* path, int error) {
    text_buffer<256> why;
    struct stat info {};
    if (::fstatat(dir, path, &info, 0) < 0) return why.add(error_text(errno));
    if (S_ISDIR(info.st_mode)) return why.add("is a directory, not a program");
    if (!S_ISREG(info.st_mode)) return why.add("is not a regular file");
    if (error == EACCES && (info.st_mode & 0111) == 0) return why.add("not executable (chmod +x it)");

    char head[256];
    std::string_view text;
    if (auto fd = open_at(dir, path, O_RDONLY)) {
        ssize_t got = ::read(fd->get(), head, sizeof head);
        if (got > 0) text = {head, static_cast<std::size_t>(got)};
    }
    std::string_view interpreter = interpreter_of(text);
    if (!interpreter.empty() && interpreter.back() == '\r') {
        interpreter.remove_suffix(1);
        why.add("its lines end in CR LF (DOS line ends), so the interpreter ")
            .add(interpreter)
            .add("\\r does not exist");
    } else if (error == ENOENT && !interpreter.empty()) {
        why.add("its interpreter ").add(interpreter).add(" does not exist");
    } else if (error == EACCES && !interpreter.empty()) {
        why.add("it or its interpreter ")
            .add(interpreter)
            .add(" may not be executed: ")
            .add(error_text(error));
    } else if (error == ENOEXEC) {
        why.add(text.empty() ? "the file is empty"
                             : "neither a program of this machine nor a script with a #! line");
    } else {
        why.add(error_text(error));
    }
    return why;
}

} // namespace reeve::chainload
