#include "chainload/helpers/sockets/access_rules.hpp"

#include "chainload/clock.hpp"
#include "chainload/error_text.hpp"
#include "chainload/file.hpp"

#include <algorithm>
#include <sys/mman.h>

namespace reeve::chainload {

namespace {
// Times of files advance by ticks: what was changed less than that ago can change again and look the same.
constexpr std::int64_t tick_ms = 20;

template <class Item>
std::span<Item> take_pages(std::size_t count) {
    if (count == 0) return {};
    void* pages =
        ::mmap(nullptr, count * sizeof(Item), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) return {};
    return {static_cast<Item*>(pages), count};
}

template <class Item>
void give_back(std::span<Item> pages) {
    if (!pages.empty()) ::munmap(pages.data(), pages.size_bytes());
}

bool same(const timespec& one, const timespec& other) {
    return one.tv_sec == other.tv_sec && one.tv_nsec == other.tv_nsec;
}

bool same_file(const struct stat& one, const struct stat& other) {
    return one.st_ino == other.st_ino && one.st_dev == other.st_dev && one.st_size == other.st_size &&
           same(one.st_mtim, other.st_mtim) && same(one.st_ctim, other.st_ctim);
}
} // namespace

void access_rules::drop(std::span<access_rule> rules, std::span<char> text) {
    give_back(rules);
    give_back(text);
}

bool access_rules::load(const char* path) {
    path_ = path;
    problem_.clear();
    auto fail = [&](int error) {
        problem_.add("unable to read ").add(path_).add(": ").add(error_text(error));
        return false;
    };
    auto fd = open_at(AT_FDCWD, path_, O_RDONLY | O_NONBLOCK);
    if (!fd) return fail(fd.why().error);
    if (::fstat(fd->get(), &seen_) < 0) return fail(errno);
    if (!S_ISREG(seen_.st_mode)) return fail(S_ISDIR(seen_.st_mode) ? EISDIR : EINVAL);
    may_change_unseen_ = realtime_ms() - milliseconds_of(seen_.st_ctim) < tick_ms;
    auto size = static_cast<std::size_t>(seen_.st_size);
    if (size > largest_rules_file) return fail(E2BIG);
    auto text = take_pages<char>(size + 1);
    if (text.empty()) return fail(errno);
    auto read = read_whole(fd->get(), text); // the byte more tells a file that is growing
    auto lines = read ? static_cast<std::size_t>(std::count(read->begin(), read->end(), '\n')) + 1 : 0;
    auto room = take_pages<access_rule>(lines);
    if (read && room.empty()) errno = ENOMEM;
    bool good = read && !room.empty() && parse(text.first(read->size()), room);
    if (!good) {
        if (problem_.view().empty()) fail(read ? errno : read.why().error);
        drop(room, text);
        return false;
    }
    drop(rules_, text_);
    rules_ = room;
    text_ = text;
    return true;
}

bool access_rules::parse(std::span<char> text, std::span<access_rule> room) {
    std::string_view left(text.data(), text.size());
    std::size_t count = 0;
    for (unsigned line = 1; !left.empty(); ++line) {
        std::size_t end = std::min(left.find('\n'), left.size());
        auto [rule, wrong] = parse_access_rule(left.substr(0, end));
        if (!wrong.empty()) {
            problem_.add(path_).add(':').add(line).add(": ").add(wrong);
            return false;
        }
        if (rule) room[count++] = *rule;
        left.remove_prefix(std::min(end + 1, left.size()));
    }
    count_ = count;
    return true;
}

bool access_rules::refresh() {
    struct stat now {};
    if (::stat(path_, &now) < 0) {
        bool told = seen_.st_ino == 0;
        seen_ = {}; // whatever comes back is read
        problem_.clear();
        problem_.add("unable to read ").add(path_).add(": ").add(error_text(errno));
        return told;
    }
    bool unchanged = same_file(now, seen_);
    if (unchanged && !may_change_unseen_) return true;
    bool told = unchanged && wrong_;
    seen_ = now; // also if it cannot be opened: that is told about once
    wrong_ = !load(path_);
    return !wrong_ || told;
}

const access_rule* access_rules::find(const visitor& one) const {
    const access_rule* best = nullptr;
    for (const access_rule& rule : rules_.first(count_))
        if (rule.matches(one) && (best == nullptr || rule.weight() > best->weight())) best = &rule;
    return best;
}

} // namespace reeve::chainload
