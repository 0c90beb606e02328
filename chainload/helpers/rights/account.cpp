#include "chainload/helpers/rights/account.hpp"

#include "chainload/file.hpp"
#include "chainload/helpers/rights/getent.hpp"
#include "chainload/number.hpp"
#include "chainload/text.hpp"

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
            std::string_view rest(chunk, static_cast<std::size_t>(got));
            for (std::size_t end; (end = rest.find('\n')) != std::string_view::npos;
                 rest.remove_prefix(end + 1)) {
                if (line_.view().empty() && !is_named(rest.substr(0, end)))
                    continue; // most are only looked at
                line_.add(rest.substr(0, end));
                if (is_it()) return true;
                line_.clear();
            }
            line_.add(rest);
        }
    }
    std::string_view line() const { return line_.view(); }

private:
    bool is_named(std::string_view line) const {
        return line.starts_with(name_) && line.substr(name_.size()).starts_with(':');
    }
    bool is_it() const { return is_named(line_.view()); }

    std::string_view name_;
    text_buffer<1024> line_;
};

enum class source { none, file, getent };

// Finds the line of `name` in a file or by getent.
source find_line(const char* path, const char* database, std::string_view name, char* const* environment,
                 line_finder& into) {
    if (name.empty()) return source::none;
    if (auto file = open_at(AT_FDCWD, path, O_RDONLY))
        if (into.find(file->get())) return source::file;
    into = line_finder(name);
    getent asked(database, name, environment);
    return into.find(asked.answer()) ? source::getent : source::none;
}

bool find_user(std::string_view name, char* const* environment, account& into) {
    line_finder finder(name);
    source found = find_line("/etc/passwd", "passwd", name, environment, finder);
    if (found == source::none) return false;
    auto user = parse_id(field_of(finder.line(), 2));
    auto group = parse_id(field_of(finder.line(), 3));
    if (!user || !group) return false;
    into.name = name;
    into.local = found == source::file;
    into.user = *user;
    return into.add_group(*group);
}

std::optional<std::uint32_t> find_group(std::string_view name, char* const* environment) {
    if (auto number = parse_number<std::uint32_t>(name)) return parse_id(name);
    line_finder finder(name);
    if (find_line("/etc/group", "group", name, environment, finder) == source::none) return std::nullopt;
    return parse_id(field_of(finder.line(), 2));
}
} // namespace

std::optional<std::uint32_t> parse_id(std::string_view text) {
    auto number = parse_number<std::uint32_t>(text);
    constexpr std::uint32_t no_id = ~std::uint32_t{0};
    return number && *number != no_id ? number : std::nullopt;
}

result<account> find_account(std::string_view text, char* const* environment) {
    constexpr failure unknown{ENOENT, step};
    account found;
    bool numbers = text.starts_with(':');
    if (numbers) text.remove_prefix(1);
    std::size_t colon = text.find(':');
    std::string_view name = text.substr(0, colon);
    if (numbers) {
        auto user = parse_id(name);
        if (!user || colon == std::string_view::npos) return unknown;
        found.user = *user;
    } else if (!find_user(name, environment, found)) {
        return unknown;
    }
    if (colon == std::string_view::npos) return found;

    found.groups_given = true;
    found.group_count = 0;
    while (colon != std::string_view::npos) {
        text.remove_prefix(colon + 1);
        colon = text.find(':');
        auto group = find_group(text.substr(0, colon), environment);
        if (!group) return unknown;
        if (!found.add_group(*group)) return failure{E2BIG, step};
    }
    return found;
}

} // namespace reeve::chainload
