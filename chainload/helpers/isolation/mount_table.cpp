#include "chainload/helpers/isolation/mount_table.hpp"

#include "chainload/file.hpp"
#include "chainload/mount_line.hpp"

#include <span>

namespace reeve::chainload {

namespace {
void add_unescaped(std::string_view field, path_text& into) {
    while (!field.empty()) into.add(take_unescaped(field));
}
} // namespace

result<std::string_view> read_mount_table(arena& memory) {
    constexpr const char* step = "read the table of mounts";
    for (std::size_t size = 64 * 1024;; size *= 4) {
        char* room = memory.take(size);
        if (room == nullptr) return failure{ENOMEM, step};
        auto text = read_whole_at(AT_FDCWD, "/proc/self/mountinfo", std::span(room, size), step);
        if (text || text.why().error != E2BIG) return text;
    }
}

mount_entry next_mount(std::string_view& table) {
    std::string_view line = table.substr(0, table.find('\n'));
    table.remove_prefix(line.size() < table.size() ? line.size() + 1 : line.size());
    mount_line fields = cut_mount_line(line);
    mount_entry one;
    add_unescaped(fields.root, one.root);
    add_unescaped(fields.mount_point, one.mount_point);
    one.type = fields.type;
    return one;
}

} // namespace reeve::chainload
