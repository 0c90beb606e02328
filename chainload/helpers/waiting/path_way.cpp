#include "chainload/helpers/waiting/path_way.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace reeve::chainload {

path_way::path_way(std::string_view path)
    : here_(path.starts_with('/') ? "/" : ".")
    , rest_(path) {
    skip_slashes();
}

std::string_view path_way::take_name() {
    std::string_view name = rest_.substr(0, rest_.find('/'));
    rest_.remove_prefix(name.size());
    skip_slashes();
    return name;
}

result<path_way::passed> path_way::pass(std::string_view name) {
    path_text there(here_.view(), here_.view() == "/" ? "" : "/", name);
    if (there.overflowed()) return failure{ENAMETOOLONG, "watch"};
    struct stat found;
    if (::lstat(there.c_str(), &found) < 0) return nothing_there;
    if (S_ISLNK(found.st_mode)) return follow_link(there.c_str());
    if (!S_ISDIR(found.st_mode) && !is_end()) return nothing_there; // a file where a directory should be
    here_ = there;
    return arrived;
}

result<path_way::passed> path_way::follow_link(const char* link) {
    constexpr int most_links = 40; // the kernel's own limit
    if (++links_ > most_links) return failure{ELOOP, "watch"};
    path_text turned;
    turned.add_with([&](char* room, std::size_t size) {
        ssize_t got = ::readlink(link, room, size - 1);
        if (got >= 0) room[got] = '\0';
        return got >= 0;
    });
    // Gone by now: the directory it was in is watched.
    if (turned.view().empty()) return nothing_there;
    if (!is_end()) turned.add('/').add(rest_);
    if (turned.overflowed()) return failure{ENAMETOOLONG, "watch"};
    target_ = turned;
    rest_ = target_.view();
    if (!rest_.starts_with('/')) return turn;
    skip_slashes();
    here_ = path_text("/");
    return arrived;
}

} // namespace reeve::chainload
