// The groups that an account is a member of: add_memberships of account.hpp.
#include "chainload/file.hpp"
#include "chainload/helpers/rights/account.hpp"
#include "chainload/helpers/rights/getent.hpp"
#include "chainload/text.hpp"

#include <algorithm>

namespace reeve::chainload {

namespace {
constexpr char step[] = "look up the groups of account";
constexpr std::size_t longest_name = 256;

// Calls take(c) for every byte that can be read.
template <class Take>
result<void> each_byte(int fd, Take&& take) {
    char chunk[4096];
    for (;;) {
        ssize_t got = ::read(fd, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed(step);
        if (got == 0) return {};
        for (ssize_t i = 0; i < got; ++i) take(chunk[i]);
    }
}

// The groups, each once, the main group not again.
class collector {
public:
    explicit collector(account& into)
        : into_(into) {}

    void add(std::string_view digits) {
        auto id = parse_id(digits);
        if (!id) return;
        auto known = into_.all_groups();
        if (std::find(known.begin(), known.end(), *id) == known.end())
            too_many_ = !into_.add_group(*id) || too_many_;
    }
    result<void> outcome() const { return too_many_ ? result<void>(failure{E2BIG, step}) : result<void>(); }

private:
    account& into_;
    bool too_many_ = false;
};

// group(5), "name:password:gid:member,member": a line can be of any length, so it is never held whole.
result<void> read_group_file(int fd, std::string_view name, collector& groups) {
    int field = 0;
    text_buffer<16> id;
    text_buffer<longest_name> member;
    auto end_member = [&] {
        if (field == 3 && !member.overflowed() && member.view() == name) groups.add(id.view());
        member.clear();
    };
    auto read = each_byte(fd, [&](char c) {
        if (c == ',' || c == '\n') end_member();
        if (c == '\n') {
            field = 0;
            id.clear();
        } else if (c == ':') {
            ++field;
            member.clear();
        } else if (field == 2) {
            id.add(c);
        } else if (c != ',') {
            member.add(c);
        }
    });
    end_member(); // a last line without newline
    return read;
}

// "name  10 20 30"
result<void> read_answer(int fd, collector& groups) {
    bool first = true, any = false;
    text_buffer<longest_name> word;
    auto read = each_byte(fd, [&](char c) {
        any = true;
        if (c != ' ' && c != '\n') return void(word.add(c));
        if (!first) groups.add(word.view());
        if (!word.view().empty()) first = false;
        word.clear();
    });
    return !read ? read : any ? result<void>() : result<void>(failure{ENOENT, step});
}
} // namespace

result<void> add_memberships(account& into, char* const* environment) {
    collector groups(into);
    result<void> read;
    if (into.local) {
        auto file = open_at(AT_FDCWD, "/etc/group", O_RDONLY, 0, step);
        if (!file && file.why().error != ENOENT) return file.why();
        if (file) read = read_group_file(file->get(), into.name, groups);
    } else {
        getent asked("initgroups", into.name, environment);
        read = read_answer(asked.answer(), groups);
        if (!read && read.why().error == EBADF) return failure{ENOENT, step};
    }
    return read ? groups.outcome() : read;
}

} // namespace reeve::chainload
