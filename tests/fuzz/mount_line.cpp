// Any text as a table of mounts: its readers agree on every line, and a path written as the kernel writes it is read as
// the path.
#include "chainload/mount_line.hpp"

#include "chainload/helpers/isolation/mount_table.hpp"
#include "chainload/helpers/waiting/mount_table.hpp"
#include "tests/fuzz/targets.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace reeve::tests {

using namespace chainload;

namespace {
std::string unescaped(std::string_view field) {
    std::string text;
    while (!field.empty()) text += take_unescaped(field);
    return text;
}

// As seq_escape of the kernel does it.
std::string escaped(std::string_view text) {
    std::string field;
    for (char c : text) {
        if (std::string_view(" \t\n\\#").find(c) == std::string_view::npos) {
            field += c;
            continue;
        }
        auto byte = static_cast<unsigned char>(c);
        field += {'\\', static_cast<char>('0' + (byte >> 6)), static_cast<char>('0' + (byte >> 3 & 7)),
                  static_cast<char>('0' + (byte & 7))};
    }
    return field;
}

// The fields between blanks; the second list begins behind the "-".
struct fields {
    std::vector<std::string_view> before, behind;
    std::string_view at(const std::vector<std::string_view>& list, std::size_t i) const {
        return i < list.size() ? list[i] : std::string_view{};
    }
};
fields split(std::string_view line) {
    fields all;
    bool is_behind = false;
    for (std::size_t at = 0; at < line.size();) {
        std::size_t end = std::min(line.find(' ', at), line.size());
        std::string_view field = line.substr(at, end - at);
        if (!is_behind && all.before.size() >= 5 && field == "-")
            is_behind = true;
        else
            (is_behind ? all.behind : all.before).push_back(field);
        at = end + 1;
    }
    return all;
}

void check(std::string_view line) {
    mount_line one = cut_mount_line(line);
    fields all = split(line);
    must_hold(one.device == all.at(all.before, 2) && one.root == all.at(all.before, 3) &&
                  one.mount_point == all.at(all.before, 4) && one.type == all.at(all.behind, 0) &&
                  one.source == all.at(all.behind, 1),
              "the fields are those between the blanks");
    std::string path = unescaped(one.mount_point);
    must_hold(means(one.mount_point, path) && !means(one.mount_point, path + "x"), "a field means its text");
    must_hold(is_mount_of(line, path, {}), "a line is about its mount point");
    must_hold(one.device.empty() || is_mount_of(line, "/nowhere", one.device), "and its device");
    must_hold(unescaped(escaped(path)) == path && means(escaped(path), path), "a path can be written");
    auto room = std::string_view(path).substr(0, PATH_MAX - 1);
    std::string_view table = line;
    mount_entry entry = next_mount(table);
    must_hold(table.empty() && entry.mount_point.view() == room && entry.type == one.type,
              "both tables agree");
}
} // namespace

void fuzz_mount_line(std::string_view input) {
    while (!input.empty()) {
        std::size_t end = std::min(input.find('\n'), input.size());
        if (end > 0) check(input.substr(0, end));
        input.remove_prefix(std::min(end + 1, input.size()));
    }
}

} // namespace reeve::tests
