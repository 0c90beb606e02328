#include "tools/svctl/directory_builder.hpp"

#include "chainload/file.hpp"
#include "tools/svctl/exit_code.hpp"

#include <cstdio>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace reeve::svctl {

directory_builder::directory_builder(const std::string& parent, const std::string& name)
    : parent_(parent)
    , name_(name)
    , temporary_("." + name + ".new." + std::to_string(::getpid())) {
    auto parent_fd =
        chainload::open_at(AT_FDCWD, parent.c_str(), O_RDONLY | O_DIRECTORY, 0, "open directory");
    if (!parent_fd) throw system_failure(parent_fd.why(), parent);
    parent_fd_ = std::move(*parent_fd);
    if (::mkdirat(parent_fd_.get(), temporary_.c_str(), 0755) < 0)
        throw system_failure("make directory", parent + "/" + temporary_, errno);
    auto fd =
        chainload::open_at(parent_fd_.get(), temporary_.c_str(), O_RDONLY | O_DIRECTORY, 0, "open directory");
    if (!fd) throw system_failure(fd.why(), parent + "/" + temporary_);
    fd_ = std::move(*fd);
}

directory_builder::~directory_builder() {
    if (finished_) return;
    std::error_code ignored; // what is left has a name that nobody reads
    std::filesystem::remove_all(parent_ + "/" + temporary_, ignored);
}

void directory_builder::make_directory(const std::string& path) {
    if (::mkdirat(fd_.get(), path.c_str(), 0755) < 0)
        throw system_failure("make directory", name_ + "/" + path, errno);
}

void directory_builder::write(const std::string& path, std::string_view content, unsigned mode) {
    auto file = chainload::open_at(fd_.get(), path.c_str(), O_WRONLY | O_CREAT | O_EXCL, mode, "make file");
    if (!file) throw system_failure(file.why(), name_ + "/" + path);
    auto written = chainload::write_all(file->get(), content);
    if (!written) throw system_failure(written.why(), name_ + "/" + path);
    // Executable for all, whatever the umask: a service may run as anybody.
    if (mode == 0755 && ::fchmod(file->get(), mode) < 0)
        throw system_failure("chmod", name_ + "/" + path, errno);
}

void directory_builder::write_file(const std::string& path, std::string_view content) {
    write(path, content, 0644);
}

void directory_builder::write_script(const std::string& path, std::string_view content) {
    write(path, content, 0755);
}

void directory_builder::make_link(const std::string& path, const std::string& target) {
    if (::symlinkat(target.c_str(), fd_.get(), path.c_str()) < 0)
        throw system_failure("make link", name_ + "/" + path, errno);
}

void directory_builder::move_into_place() {
    int moved =
        ::renameat2(parent_fd_.get(), temporary_.c_str(), parent_fd_.get(), name_.c_str(), RENAME_NOREPLACE);
    // Some file systems cannot promise not to replace: what rename replaces there is an empty directory at most.
    if (moved < 0 && errno == EINVAL)
        moved = ::renameat(parent_fd_.get(), temporary_.c_str(), parent_fd_.get(), name_.c_str());
    if (moved < 0 && (errno == EEXIST || errno == ENOTEMPTY))
        throw verb_error(exit_code::refused, parent_ + "/" + name_ + " exists already");
    if (moved < 0) throw system_failure("move into place", parent_ + "/" + name_, errno);
    finished_ = true;
}

} // namespace reeve::svctl
