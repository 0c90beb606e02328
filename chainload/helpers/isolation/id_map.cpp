#include "chainload/helpers/isolation/id_map.hpp"

#include "chainload/file.hpp"
#include "chainload/helpers/isolation/namespace_kinds.hpp"
#include "chainload/helpers/isolation/own_proc_file.hpp"
#include "chainload/number.hpp"
#include "chainload/text.hpp"

#include <algorithm>
#include <sys/socket.h>
#include <sys/wait.h>

namespace reeve::chainload {

namespace {
constexpr char map_users[] = "map users", map_groups[] = "map groups", forbid[] = "forbid setgroups";

// As uid_map has it: blanks between the numbers, a line for each range. At most 340 of them (Linux 4.15).
using map_text = text_buffer<4000>;

map_text lines_of(const char* ranges) {
    map_text text(ranges);
    std::replace(text.data(), text.data() + text.view().size(), ':', ' ');
    std::replace(text.data(), text.data() + text.view().size(), ',', '\n');
    text.add('\n');
    return text;
}

result<void> map_one(const id_map& map, uid_t user, gid_t group) {
    auto denied = write_own_proc_file("/proc/self/setgroups", "deny", forbid);
    if (!denied && denied.why().error != ENOENT) return denied; // Linux 3.19
    if (map.user) {
        text_buffer<40> line(*map.user, ' ', user, " 1\n");
        if (auto done = write_own_proc_file("/proc/self/uid_map", line.view(), map_users); !done) return done;
    }
    if (!map.group) return {};
    return write_own_proc_file("/proc/self/gid_map", text_buffer<40>(*map.group, ' ', group, " 1\n").view(),
                               map_groups);
}

result<void> write_range(pid_t whose, const char* file, const char* ranges, const char* step) {
    if (ranges == nullptr) return {};
    auto lines = lines_of(ranges);
    if (lines.overflowed()) return failure{E2BIG, step};
    auto map = open_at(AT_FDCWD, text_buffer<64>("/proc/", whose, file).c_str(), O_WRONLY, 0, step);
    auto written = map ? write_all(map->get(), lines.view(), step) : result<void>(map.why());
    // Which of the two it is depends on how the process came to be an ordinary user's.
    return !written && written.why().error == EACCES ? result<void>(failure{EPERM, step}) : written;
}

// In the child, outside of the namespace.
failure write_ranges(pid_t whose, const id_map& map) {
    if (map.forbid_setgroups) {
        auto file = open_at(AT_FDCWD, text_buffer<64>("/proc/", whose, "/setgroups").c_str(), O_WRONLY);
        if (!file || !write_all(file->get(), std::string_view("deny"))) return failed(forbid);
    }
    if (auto done = write_range(whose, "/uid_map", map.users, map_users); !done) return done.why();
    auto done = write_range(whose, "/gid_map", map.groups, map_groups);
    return done ? failure{} : done.why();
}

result<void> enter_with_ranges(const id_map& map) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return failed("create socket pair");
    unique_fd here(ends[0]), there(ends[1]);
    pid_t self = ::getpid();
    pid_t child = ::fork();
    if (child < 0) return failed("fork");
    failure why{ECHILD, map_users};
    if (child == 0) {
        here.reset();
        // Its memory is the parent's, so that the address of a step's text is the same.
        if (::recv(there.get(), &why, sizeof why, 0) > 0) {
            why = write_ranges(self, map);
            (void)::send(there.get(), &why, sizeof why, MSG_NOSIGNAL);
        }
        ::_exit(0);
    }
    there.reset();
    auto made = make_namespaces(new_user);
    if (made) {
        (void)::send(here.get(), &why, sizeof why, MSG_NOSIGNAL);
        while (::recv(here.get(), &why, sizeof why, 0) < 0 && errno == EINTR) {
        }
    }
    here.reset(); // an end without a word ends the child
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
    if (!made) return made;
    return why.error == 0 ? result<void>{} : why;
}
} // namespace

bool is_range_list(std::string_view text) {
    for (;;) {
        std::size_t comma = text.find(',');
        std::string_view range = text.substr(0, comma);
        for (int field = 0; field < 3; ++field) {
            std::size_t colon = range.find(':');
            if (!parse_number<std::uint32_t>(range.substr(0, colon))) return false;
            if ((colon == std::string_view::npos) != (field == 2)) return false;
            range.remove_prefix(colon == std::string_view::npos ? range.size() : colon + 1);
        }
        if (comma == std::string_view::npos) return true;
        text.remove_prefix(comma + 1);
    }
}

result<void> enter_user_namespace(const id_map& map) {
    if (map.has_ranges()) return enter_with_ranges(map);
    uid_t user = ::geteuid();
    gid_t group = ::getegid();
    if (auto made = make_namespaces(new_user); !made) return made;
    return map.is_empty() && !map.forbid_setgroups ? result<void>{} : map_one(map, user, group);
}

} // namespace reeve::chainload
