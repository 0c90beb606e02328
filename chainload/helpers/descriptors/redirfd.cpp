// redirfd -r|-w|-u|-a|-x [-n] [-b] FD FILE PROGRAM …: opens FILE as descriptor FD. Options as in execline's redirfd:
//   -r read  -w write, made and emptied  -u read and write  -a append, made  -x write, made, must not be there
//   -n opens without waiting (the other end of a FIFO), and leaves the descriptor non-blocking
//   -b changes that afterwards: to blocking with -n, to non-blocking without
#include "chainload/file.hpp"
#include "chainload/helpers/descriptors/fd_number.hpp"
#include "chainload/helpers/descriptors/helpers.hpp"
#include "chainload/option_reader.hpp"

namespace reeve::chainload {

namespace {
struct open_mode {
    char letter;
    int flags;
};
constexpr open_mode modes[] = {
    {'r', O_RDONLY},
    {'w', O_WRONLY | O_CREAT | O_TRUNC},
    {'u', O_RDWR},
    {'a', O_WRONLY | O_CREAT | O_APPEND},
    {'x', O_WRONLY | O_CREAT | O_EXCL},
};

result<unique_fd> open_file(const char* path, int flags) {
    auto file = open_at(AT_FDCWD, path, flags, 0666);
    bool no_reader =
        !file && file.why().error == ENXIO && (flags & O_NONBLOCK) != 0 && (flags & O_WRONLY) != 0;
    if (!no_reader) return file;
    // A FIFO that nobody reads can be opened for writing only while it is held open for reading.
    auto reader = open_at(AT_FDCWD, path, O_RDONLY | O_NONBLOCK);
    if (!reader) return file;
    return open_at(AT_FDCWD, path, flags, 0666);
}
} // namespace

next run_redirfd(char** arguments, process& self) {
    int flags = -1;
    bool no_wait = false, change_after = false;
    option_reader options(arguments, "rwuaxnb");
    while (char option = options.next()) {
        if (option == option_reader::problem) return self.wrong_usage(options.complaint().view());
        no_wait = no_wait || option == 'n';
        change_after = change_after || option == 'b';
        for (const auto& mode : modes)
            if (mode.letter == option) flags = mode.flags;
    }
    char** rest = options.rest();
    if (flags < 0 || rest[0] == nullptr || rest[1] == nullptr || rest[2] == nullptr)
        return self.wrong_usage();
    auto fd = parse_fd(rest[0]);
    if (!fd) return self.wrong_usage("redirfd: FD is a number\n");
    auto file = open_file(rest[1], flags | (no_wait ? O_NONBLOCK : 0));
    if (!file) return self.unable(file.why().error, "open ", rest[1]);
    if (change_after) {
        int now = ::fcntl(file->get(), F_GETFL);
        if (::fcntl(file->get(), F_SETFL, no_wait ? now & ~O_NONBLOCK : now | O_NONBLOCK) < 0)
            return self.unable(errno, "change the mode of ", rest[1]);
    }
    if (!move_fd(file->release(), *fd)) return self.unable(errno, "make ", rest[1], " descriptor ", rest[0]);
    return self.go_on(rest + 2);
}

} // namespace reeve::chainload
