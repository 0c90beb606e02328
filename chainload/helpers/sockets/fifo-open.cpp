// fifo-open [-m MODE] [-o ACCOUNT] [-n NAME] PATH PROGRAM …: makes a FIFO if it is not there, opens it for reading and
// writing, so that it neither waits for a writer nor ever ends, and hands it on as one of the listening descriptors.
#include "chainload/file.hpp"
#include "chainload/helpers/sockets/helpers.hpp"
#include "chainload/helpers/sockets/listeners.hpp"
#include "chainload/helpers/sockets/node_rights.hpp"
#include "chainload/option_reader.hpp"

namespace reeve::chainload {

namespace {
// In a directory that others write to, a FIFO that is there already may be anybody's, who then could read it; or another
// name of one that is ours, whose rights are not to be changed.
bool is_trusted(const struct stat& file, const node_rights& rights) {
    if (file.st_nlink != 1) return false;
    return file.st_uid == 0 || file.st_uid == ::geteuid() || (rights.of && file.st_uid == rights.of->user);
}

result<unique_fd> open_fifo(const char* path, const node_rights& rights) {
    bool made = ::mkfifo(path, 0600) == 0; // its final rights it gets below; a umask can only take from them
    if (!made && errno != EEXIST) return failed("make");
    // Looked at before it is opened, because opening a device may do something.
    struct stat file {};
    if (::lstat(path, &file) < 0) return failed("look at");
    if (!S_ISFIFO(file.st_mode)) return failure{EEXIST, "make"};
    auto fd = open_at(AT_FDCWD, path, O_RDWR | O_NOFOLLOW | O_NONBLOCK, 0, "open");
    if (!fd) return fd;
    if (::fstat(fd->get(), &file) < 0) return failed("look at");
    if (!S_ISFIFO(file.st_mode)) return failure{EEXIST, "make"};
    if (!is_trusted(file, rights)) return failure{EPERM, "trust the owner of"};
    if (::fcntl(fd->get(), F_SETFL, O_RDWR) < 0) return failed("make blocking");
    if (rights.of && ::fchown(fd->get(), rights.of->user, rights.of->group) < 0)
        return failed("change the owner of");
    if (made || rights.mode) {
        mode_t mode = rights.mode.value_or(0666 & ~current_umask());
        if (::fchmod(fd->get(), mode) < 0) return failed("change the mode of");
    }
    return fd;
}
} // namespace

next run_fifo_open(char** arguments, process& self) {
    std::string_view name = "fifo";
    node_rights rights;
    option_reader options(arguments, "m:o:n:");
    while (char option = options.next()) {
        if (option == option_reader::problem) return self.wrong_usage(options.complaint().view());
        if (auto wrong = read_node_right(option, options.value(), rights, self)) return *wrong;
        if (option == 'n') name = options.value();
    }
    if (!is_listener_name(name)) return self.wrong_usage("-n: printable characters other than ':'\n");
    char** rest = options.rest();
    if (rest[0] == nullptr || rest[1] == nullptr) return self.wrong_usage();
    listeners given(self);
    if (!given.has_room()) return given.problem();
    auto fd = open_fifo(rest[0], rights);
    if (!fd) return self.unable(fd.why().error, fd.why().step, " ", rest[0]);
    return given.add(std::move(*fd), name, rest + 1);
}

} // namespace reeve::chainload
