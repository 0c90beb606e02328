// envfile [-f] [-I] FILE PROGRAM …: sets the variables that a file of NAME=VALUE lines assigns, as systemd reads an
// EnvironmentFile=: assignment_file.hpp has the rules. "-FILE", or execline's -I, is a file that need not be there.
//
// What systemd ignores is ignored, and said; with -f, strict, it halts the chain.
#include "chainload/file.hpp"
#include "chainload/helpers/environment/assignment_file.hpp"
#include "chainload/helpers/environment/helpers.hpp"

#include <cstring>

namespace reeve::chainload {

namespace {
constexpr std::size_t largest = 16 * 1024 * 1024;

// The whole file, in memory that lasts until the exec; nothing, and the errno in `error`, if that cannot be.
std::optional<std::span<char>> read_text(int file, arena& memory, int& error) {
    std::size_t capacity = 4096, size = 0;
    char* text = memory.take(capacity);
    while (text != nullptr) {
        ssize_t got = ::read(file, text + size, capacity - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return error = errno, std::nullopt;
        if (got == 0) return std::span<char>(text, size);
        size += static_cast<std::size_t>(got);
        if (size < capacity) continue;
        if (capacity == largest) return error = EFBIG, std::nullopt;
        char* larger = memory.take(capacity *= 4);
        if (larger != nullptr) std::memcpy(larger, text, size);
        text = larger;
    }
    return error = ENOMEM, std::nullopt;
}
} // namespace

next run_envfile(char** arguments, process& self) {
    bool strict = false, optional = false;
    for (; arguments[1] != nullptr; ++arguments) {
        std::string_view word(arguments[1]);
        if (word != "-f" && word != "-I") break;
        (word == "-f" ? strict : optional) = true;
    }
    const char* name = arguments[1];
    if (name == nullptr || arguments[2] == nullptr) return self.wrong_usage();
    if (name[0] == '-') optional = true, ++name;
    auto file = open_at(AT_FDCWD, name, O_RDONLY);
    if (!file && file.why().error == ENOENT && optional) return self.go_on(arguments + 2);
    if (!file) return self.unable(file.why().error, "open ", name);
    int error = 0;
    auto text = read_text(file->get(), self.variables.memory(), error);
    if (!text) return self.unable(error, "read ", name);

    assignment one;
    for (assignment_reader reader(*text); reader.next(one);) {
        auto fault = reader.fault();
        if (fault != assignment_fault::none) {
            if (strict || fault == assignment_fault::not_utf8 || fault == assignment_fault::nul)
                return self.fatal(name, ":", one.line, ": ", fault_text(fault));
            text_buffer<512> warning("envfile: warning: ", name, ":", one.line, ": ", fault_text(fault),
                                     '\n');
            (void)write_all(STDERR_FILENO, warning.view());
            if (fault != assignment_fault::open_quote) continue;
        }
        if (!self.variables.set(one.name, one.value)) return self.out_of_memory();
    }
    return self.go_on(arguments + 2);
}

} // namespace reeve::chainload
