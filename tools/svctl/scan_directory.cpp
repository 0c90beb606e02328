#include "tools/svctl/scan_directory.hpp"

#include "chainload/directory.hpp"
#include "chainload/file.hpp"
#include "chainload/hex.hpp"
#include "chainload/number.hpp"
#include "supervise/layout.hpp"
#include "svscan/tree_file.hpp"
#include "tools/svctl/exit_code.hpp"
#include "tools/svctl/nearest_word.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fnmatch.h>
#include <sys/stat.h>

namespace reeve::svctl {

namespace {
std::optional<svscan::tree_file> read_tree_file(int dir) {
    std::array<char, 512> buffer;
    auto text = chainload::read_whole_at(dir, ".svscan/tree", buffer, "read .svscan/tree");
    return text ? svscan::parse_tree_file(*text) : std::nullopt;
}

std::string boot_id() {
    std::array<char, 128> buffer;
    auto text = chainload::read_whole_at(AT_FDCWD, "/proc/sys/kernel/random/boot_id", buffer);
    return text ? std::string(chainload::trim_blanks(*text)) : std::string{};
}

std::optional<supervise::tree_id> tree_of_boot(std::string boot) {
    std::erase(boot, '-');
    return chainload::parse_hex<16>(boot);
}

std::string without_slashes_at_end(std::string path) {
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return path;
}
} // namespace

std::string choose_scan_directory(const std::string& asked) {
    if (!asked.empty()) return asked;
    if (const char* chosen = std::getenv("SVCTL_DIR"); chosen && *chosen) return chosen;
    if (is_directory(AT_FDCWD, "/service")) return "/service";
    const char* home = std::getenv("HOME");
    return std::string(home && *home ? home : "") + "/service";
}

std::optional<std::vector<std::string>> list_directory(int dir, const char* path) {
    auto fd = chainload::open_at(dir, path, O_RDONLY | O_DIRECTORY);
    if (!fd) {
        errno = fd.why().error;
        return std::nullopt;
    }
    std::vector<std::string> names;
    auto note = [&](const char* name, chainload::entry_type) { names.emplace_back(name); };
    auto listed = chainload::list_directory(fd->get(), note);
    if (!listed) {
        errno = listed.why().error;
        return std::nullopt;
    }
    std::sort(names.begin(), names.end());
    return names;
}

bool is_directory(int dir, const char* path) {
    struct stat info {};
    return ::fstatat(dir, path, &info, 0) == 0 && S_ISDIR(info.st_mode);
}

bool exists(int dir, const char* path) {
    struct stat info {};
    return ::fstatat(dir, path, &info, AT_SYMLINK_NOFOLLOW) == 0;
}

scan_directory::scan_directory(const std::string& path)
    : path_(without_slashes_at_end(path)) {
    auto fd = chainload::open_at(AT_FDCWD, path_.c_str(), O_RDONLY | O_DIRECTORY, 0, "open scan directory");
    if (!fd) {
        auto why = system_failure(fd.why(), path_);
        if (fd.why().error != ENOENT) throw why;
        throw verb_error(why.code(), why.what(),
                         "name one with -C or $SVCTL_DIR, or make one: svctl init " + path_);
    }
    fd_ = std::move(*fd);
    if (const char* root = std::getenv("SVCTL_STATE"); root && *root)
        if (auto state = chainload::open_at(AT_FDCWD, root, O_RDONLY | O_DIRECTORY))
            state_ = std::move(*state);
    if (auto tree = read_tree_file(own_fd())) {
        tree_ = tree->id;
        from_earlier_boot_ = tree->boot != boot_id();
    }
    by_hand_ = tree_of_boot(boot_id());
}

int scan_directory::own_fd() const {
    return state_ && exists(state_.get(), ".svscan/tree") ? state_.get() : fd_.get();
}

std::vector<std::string> scan_directory::services() const {
    auto names = list_directory(fd(), ".");
    if (!names) throw system_failure("list scan directory", path_, errno);
    std::erase_if(*names, [this](const std::string& name) {
        return !supervise::valid_service_name(name) || !is_directory(fd(), name.c_str());
    });
    return *names;
}

std::vector<std::string> scan_directory::services_and_loggers() const {
    std::vector<std::string> all;
    for (const std::string& name : services()) {
        all.push_back(name);
        if (is_directory(fd(), (name + "/log").c_str())) all.push_back(name + "/log");
    }
    if (is_directory(fd(), ".svscan/log")) all.emplace_back(catch_all_logger);
    return all;
}

chainload::unique_fd scan_directory::open_service(const std::string& name) const {
    auto dir = chainload::open_at(fd(), name.c_str(), O_RDONLY | O_DIRECTORY);
    if (dir) return std::move(*dir);
    errno = dir.why().error;
    return {};
}

chainload::unique_fd scan_directory::open_state(const std::string& name) const {
    if (!state_ || exists(fd(), (name + "/supervise").c_str())) return open_service(name);
    std::string place = name;
    if (place.ends_with("/log")) place.replace(place.size() - 4, 4, ".log"); // as svscan(8) says
    auto dir = chainload::open_at(state_.get(), place.c_str(), O_RDONLY | O_DIRECTORY);
    return dir ? std::move(*dir) : open_service(name); // where there is no state either
}

void scan_directory::require_known(const std::string& name) const {
    auto known = services_and_loggers();
    if (std::find(known.begin(), known.end(), name) != known.end()) return;
    throw verb_error(exit_code::failed,
                     "there is no service " + name + " in " + path_ + did_you_mean(name, known));
}

std::vector<std::string> scan_directory::expand(const std::vector<std::string>& asked) const {
    std::vector<std::string> names;
    auto add = [&](const std::string& name) {
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    };
    for (const std::string& word : asked) {
        if (word.find_first_of("*?[") == std::string::npos) {
            std::string name = without_slashes_at_end(word);
            require_known(name);
            add(name);
            continue;
        }
        std::size_t before = names.size();
        for (const std::string& name : services_and_loggers())
            if (::fnmatch(word.c_str(), name.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0) add(name);
        if (names.size() == before)
            throw verb_error(exit_code::failed, "no service in " + path_ + " matches " + word);
    }
    return names;
}

} // namespace reeve::svctl
