#include "chainload/helpers/isolation/cgroup_place.hpp"

#include "chainload/file.hpp"
#include "chainload/helpers/isolation/mount_table.hpp"

#include <sys/stat.h>

namespace reeve::chainload {

namespace {
constexpr char finding[] = "find a cgroup version 2 hierarchy for ", opening[] = "open cgroup ";

// Cuts the next component off a path; empty: there is none any more.
std::string_view cut_component(std::string_view& path) {
    while (path.starts_with('/')) path.remove_prefix(1);
    std::string_view one = path.substr(0, path.find('/'));
    path.remove_prefix(one.size());
    return one;
}

// The path of our own group in the hierarchy, from "0::PATH".
result<path_text> own_group() {
    std::array<char, 2 * PATH_MAX> buffer;
    auto text = read_whole_at(AT_FDCWD, "/proc/self/cgroup", buffer, finding);
    if (!text) return text.why();
    for (std::string_view rest = *text; !rest.empty();) {
        std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(line.size() < rest.size() ? line.size() + 1 : line.size());
        if (line.starts_with("0::")) return path_text(line.substr(3));
    }
    return failure{ENOENT, finding};
}

// Where the hierarchy is mounted, with our own group's path behind it if `own`.
result<path_text> starting_point(bool own, arena& memory) {
    auto table = read_mount_table(memory);
    if (!table) return table.why();
    for (std::string_view rest = *table; !rest.empty();) {
        mount_entry one = next_mount(rest);
        if (one.type != "cgroup2") continue;
        if (!own) return one.mount_point;
        auto group = own_group();
        if (!group) return group.why();
        // A container may have but a part of the hierarchy mounted.
        std::string_view root = one.root.view() == "/" ? "" : one.root.view();
        std::string_view below = group->view();
        if (!below.starts_with(root) || !is_cgroup_path(below))
            return failure{ENOENT, "find the own cgroup for "};
        below.remove_prefix(root.size());
        if (!below.empty() && below[0] != '/') return failure{ENOENT, "find the own cgroup for "};
        one.mount_point.add(below);
        return one.mount_point;
    }
    return failure{ENOENT, finding};
}

result<void> write_file(int group, const char* file, std::string_view value, const char* step) {
    auto fd = open_at(group, file, O_WRONLY | O_NOFOLLOW, 0, step);
    return fd ? write_all(fd->get(), value, step) : result<void>(fd.why());
}
} // namespace

bool is_cgroup_path(std::string_view path) {
    if (path.empty() || path.size() >= PATH_MAX) return false;
    for (;;) {
        std::string_view one = cut_component(path);
        if (one.empty()) return true;
        if (one == ".." || one.size() > NAME_MAX) return false;
    }
}

result<void> cgroup_place::descend(std::string_view path, bool make) {
    constexpr int as_group = O_PATH | O_DIRECTORY | O_NOFOLLOW;
    auto at = open_at(top_.get(), ".", as_group, 0, opening);
    if (!at) return at.why();
    for (;;) {
        text_buffer<NAME_MAX + 1> name(cut_component(path));
        if (name.view().empty()) break;
        if (make && ::mkdirat(at->get(), name.c_str(), 0755) < 0 && errno != EEXIST)
            return failed("make cgroup ");
        at = open_at(at->get(), name.c_str(), as_group, 0, opening);
        if (!at) return at.why();
    }
    group_ = std::move(*at);
    return {};
}

result<void> cgroup_place::open(std::string_view path, bool make, arena& memory) {
    auto start = starting_point(!path.starts_with('/'), memory);
    if (!start) return start.why();
    auto top = open_at(AT_FDCWD, start->c_str(), O_PATH | O_DIRECTORY, 0, opening);
    if (!top) return top.why();
    top_ = std::move(*top);
    path_ = path;
    make_ = make;
    return descend(path, make);
}

// From the top on each group but the last must pass a controller on to those in it. What cannot be done shows when the
// file is opened.
void cgroup_place::hand_down(std::string_view controller) {
    text_buffer<80> change('+', controller);
    auto at = open_at(top_.get(), ".", O_PATH | O_DIRECTORY);
    for (std::string_view rest = path_; at;) {
        text_buffer<NAME_MAX + 1> name(cut_component(rest));
        if (name.view().empty()) return;
        (void)write_file(at->get(), "cgroup.subtree_control", change.view(), opening);
        at = open_at(at->get(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW);
    }
}

result<void> cgroup_place::set(std::string_view file, std::string_view value) {
    constexpr const char* step = "set ";
    text_buffer<NAME_MAX + 1> name(file);
    auto done = write_file(group_.get(), name.c_str(), value, step);
    if (done || done.why().error != ENOENT || !make_) return done;
    hand_down(file.substr(0, file.find('.')));
    return write_file(group_.get(), name.c_str(), value, step);
}

result<void> cgroup_place::enter() {
    return write_file(group_.get(), "cgroup.procs", "0", "enter cgroup ");
}

} // namespace reeve::chainload
