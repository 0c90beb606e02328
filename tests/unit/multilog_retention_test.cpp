// Which old files go, whatever the clock did; names that only grow; what a full disk costs.
#include "tools/logtools/overflow.hpp"
#include "tools/logtools/retention.hpp"

#include <doctest/doctest.h>
#include <string>
#include <vector>

using namespace reeve::logtools;

namespace {
struct file {
    std::string name;
    std::uint64_t bytes;
    std::int64_t modified;
};

std::string name_of(int second, const char* suffix = ".s") {
    auto digits = make_label(reeve::chainload::pack_tai64n({second, 0}));
    return std::string(digits.data(), digits.size()) + suffix;
}

// What is left, oldest first: files are given in any order.
std::vector<std::string> kept(const log_settings& limits, std::int64_t now, std::vector<file> files) {
    for (bool was_last = false;;) {
        old_files all(limits, now);
        for (const file& one : files) all.add(one.name, one.bytes, one.modified);
        if (!all.must_remove_oldest()) break;
        CHECK_FALSE(was_last);
        was_last = all.is_only_one_too_many();
        std::string oldest(all.oldest());
        std::erase_if(files, [&](const file& one) { return one.name == oldest; });
    }
    std::vector<std::string> names;
    for (const file& one : files) names.push_back(one.name);
    std::sort(names.begin(), names.end());
    return names;
}
} // namespace

TEST_CASE("so many files, the oldest go first") {
    log_settings limits;
    limits.count = 3;
    CHECK(kept(limits, 0,
               {{name_of(5), 1, 0}, {name_of(9), 1, 0}, {name_of(1), 1, 0}, {name_of(7, ".u"), 1, 0}}) ==
          std::vector{name_of(7, ".u"), name_of(9)});
    CHECK(kept(limits, 0, {}).empty());
}

TEST_CASE("so many bytes, room for the current file included") {
    log_settings limits;
    limits.size = 100;
    limits.total = 300;
    CHECK(kept(limits, 0, {{name_of(1), 90, 0}, {name_of(2), 90, 0}, {name_of(3), 90, 0}}) ==
          std::vector{name_of(2), name_of(3)});
    CHECK(kept(limits, 0, {{name_of(1), 1000, 0}}).empty());
}

TEST_CASE("so old, whatever the clock did in between") {
    log_settings limits;
    limits.age = 100;
    // The clock was ahead when the first was written: it is older than the second, which is expired.
    CHECK(kept(limits, 1000, {{name_of(1), 1, 5000}, {name_of(2), 1, 900}, {name_of(3), 1, 901}}) ==
          std::vector{name_of(3)});
    CHECK(kept(limits, 1000, {{name_of(1), 1, 5000}, {name_of(2), 1, 5001}}).size() == 2);
    old_files all(limits, 1000);
    all.add(name_of(4), 1, 950);
    all.add(name_of(5), 1, 990);
    CHECK(all.next_expiry() == 50);
}

TEST_CASE("a name is never smaller than the newest") {
    auto now = reeve::chainload::pack_tai64n({1000, 5}), later = reeve::chainload::pack_tai64n({2000, 0});
    CHECK(next_stamp(now, {}) == now);
    CHECK(next_stamp(later, now) == later);
    CHECK(next_stamp(now, now) == reeve::chainload::pack_tai64n({1000, 6}));
    CHECK(next_stamp(now, later) == reeve::chainload::pack_tai64n({2000, 1}));
    CHECK(stamp_of(name_of(7)) == reeve::chainload::pack_tai64n({7, 0}));
    CHECK(stamp_of("@400") == reeve::chainload::tai64n{});
    CHECK(stamp_of("@zzzzzzzzzzzzzzzzzzzzzzzz.s") == reeve::chainload::tai64n{});
}

TEST_CASE("overflow: in order, the oldest dropped and counted") {
    overflow waiting;
    std::string line(100, 'x'), out;
    line.back() = '\n';
    CHECK(!waiting.active());
    constexpr std::size_t count = 15'000;
    for (std::size_t i = 0; i < count; ++i) {
        std::string number = std::to_string(100'000 + i);
        line.replace(0, number.size(), number);
        waiting.add(line, true);
    }
    CHECK(waiting.active());
    auto dropped = waiting.dropped();
    CHECK(dropped > 0);
    while (waiting.active()) {
        auto front = waiting.front();
        std::size_t part = std::min<std::size_t>(front.size(), 777);
        out.append(front.data(), part);
        waiting.written(part);
    }
    std::string gap =
        "\nmultilog: the disk was full: " + std::to_string(dropped) + " lines are missing here\n";
    REQUIRE(out.starts_with(gap));
    out.erase(0, gap.size());
    CHECK(out.size() == (count - dropped) * 100);
    CHECK(out.starts_with(std::to_string(100'000 + dropped)));
    CHECK(out.substr(out.size() - 100).starts_with(std::to_string(100'000 + count - 1)));
}
