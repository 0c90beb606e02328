#include "chainload/helpers/rights/account.hpp"

#include "chainload/exec_search.hpp"
#include "chainload/file.hpp"
#include "chainload/number.hpp"
#include "chainload/spawn.hpp"
#include "chainload/text.hpp"

#include <sys/wait.h>

namespace reeve::chainload {

namespace {
constexpr char step[] = "look up account";

// The fields of a line of passwd(5) or group(5).
std::string_view field_of(std::string_view line, int number) {
    for (; number > 0; --number) {
        std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) return {};
        line.remove_prefix(colon + 1);
    }
    return line.substr(0, line.find(':'));
}

struct user_ids {
    std::uint32_t user, group;
};

// Looks at lines until one begins with the name; keeps what it is asked for. A line longer than the buffer (a group
// with hundreds of members) is looked at by its beginning, where all the ids are.
class line_finder {
public:
    explicit line_finder(std::string_view name)
        : name_(name) {}

    bool find(int fd) {
        char chunk[4096];
        for (;;) {
            ssize_t got = ::read(fd, chunk, sizeof chunk);
            if (got < 0 && errno == EINTR) continue;
            if (got <= 0) return is_it();
            for (ssize_t i = 0; i < got; ++i) {
                if (chunk[i] != '\n') {
                    line_.add(chunk[i]);
                    continue;
                }
                if (is_it()) return true;
                line_.clear();
            }
        }
    }
    std::string_view line() const { return line_.view(); }

private:
    bool is_it() const {
        return line_.view().starts_with(name_) && line_.view().substr(name_.size()).starts_with(':');
    }

    std::string_view name_;
    text_buffer<1024> line_;
};

// Asks `getent DATABASE NAME`. A getent that is not there, or fails, knows nobody.
bool ask_getent(const char* database, std::string_view name, char* const* environment, line_finder& into) {
    if (name.starts_with('-')) return false;
    text_buffer<256> key(name);
    int ends[2];
    if (key.overflowed() || ::pipe2(ends, O_CLOEXEC) < 0) return false;
    unique_fd in(ends[0]), out(ends[1]);
    char program[] = "getent";
    char* arguments[] = {program, const_cast<char*>(database), key.data(), nullptr};
    auto child = spawn_child([&]() -> failure {
        // dup2 to itself would leave close-on-exec set.
        if (out.get() == STDOUT_FILENO ? ::fcntl(STDOUT_FILENO, F_SETFD, 0) < 0
                                       : ::dup2(out.get(), STDOUT_FILENO) < 0)
            return failed(step);
        return exec_program(arguments, environment);
    });
    out.reset();
    if (!child) return false;
    bool found = into.find(in.get());
    in.reset();
    while (::waitpid(*child, nullptr, 0) < 0 && errno == EINTR) {
    }
    return found;
}

// The line of `name`, whose fields `wanted` says are numbers.
bool find_line(const char* path, const char* database, std::string_view name, char* const* environment,
               line_finder& into) {
    if (name.empty()) return false;
    if (auto file = open_at(AT_FDCWD, path, O_RDONLY))
        if (into.find(file->get())) return true;
    into = line_finder(name);
    return ask_getent(database, name, environment, into);
}

std::optional<user_ids> find_user(std::string_view name, char* const* environment) {
    line_finder finder(name);
    if (!find_line("/etc/passwd", "passwd", name, environment, finder)) return std::nullopt;
    auto user = parse_number<std::uint32_t>(field_of(finder.line(), 2));
    auto group = parse_number<std::uint32_t>(field_of(finder.line(), 3));
    if (!user || !group) return std::nullopt;
    return user_ids{*user, *group};
}

std::optional<std::uint32_t> find_group(std::string_view name, char* const* environment) {
    if (auto number = parse_number<std::uint32_t>(name)) return number;
    line_finder finder(name);
    if (!find_line("/etc/group", "group", name, environment, finder)) return std::nullopt;
    return parse_number<std::uint32_t>(field_of(finder.line(), 2));
}
} // namespace

result<account> find_account(std::string_view text, char* const* environment) {
    constexpr failure unknown{ENOENT, step};
    // The ids that mean "leave it as it is" to the system calls are nobody's.
    constexpr std::uint32_t no_id = ~std::uint32_t{0};
    account found;
    bool numbers = text.starts_with(':');
    if (numbers) text.remove_prefix(1);
    std::size_t colon = text.find(':');
    std::string_view name = text.substr(0, colon);
    if (numbers) {
        auto user = parse_number<std::uint32_t>(name);
        if (!user || colon == std::string_view::npos) return unknown;
        found.user = *user;
    } else {
        auto ids = find_user(name, environment);
        if (!ids) return unknown;
        found.user = ids->user;
        found.groups[0] = ids->group;
        found.group_count = 1;
    }
    if (found.user == no_id) return unknown;
    if (colon == std::string_view::npos) return found;

    found.groups_given = true;
    found.group_count = 0;
    while (colon != std::string_view::npos) {
        text.remove_prefix(colon + 1);
        colon = text.find(':');
        auto group = find_group(text.substr(0, colon), environment);
        if (!group || *group == no_id) return unknown;
        if (found.group_count == most_groups) return failure{E2BIG, step};
        found.groups[found.group_count++] = *group;
    }
    return found;
}

} // namespace reeve::chainload
