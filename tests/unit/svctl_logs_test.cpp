// svctl's reading of logs: the merge, one directory over rotations, the last lines, the form of a line.
#include "tools/svctl/last_lines.hpp"
#include "tools/svctl/log_directory.hpp"
#include "tools/svctl/log_text.hpp"

#include "chainload/hex.hpp"
#include "chainload/tai64n.hpp"
#include "tests/unit/scratch.hpp"

#include <atomic>
#include <cstdio>
#include <doctest/doctest.h>
#include <thread>
#include <unistd.h>

using namespace reeve::svctl;
using reeve::tests::scratch;

namespace {
struct listed_lines : line_source {
    std::vector<log_line> lines;
    std::size_t at = 0;
    std::optional<log_line> next() override {
        return at < lines.size() ? std::optional(lines[at++]) : std::nullopt;
    }
};
log_line line_at(std::int64_t seconds, const char* text) {
    return {{seconds, 0}, true, stamp_label_size, text};
}

std::string label(std::int64_t seconds) {
    timespec when{};
    when.tv_sec = seconds;
    auto digits = reeve::chainload::format_hex(reeve::chainload::pack_tai64n(when));
    return "@" + std::string(digits.data(), digits.size());
}
std::string stamped(std::int64_t seconds, const std::string& text) {
    return label(seconds) + " " + text + "\n";
}

std::string all_of(line_source& source) {
    std::string text;
    while (auto line = source.next()) text += std::string(text_of(*line)) + ";";
    return text;
}
void append(const scratch& dir, const std::string& file, const std::string& text) {
    std::ofstream(dir.path(file), std::ios::app | std::ios::binary) << text;
}
void rotate(const scratch& dir, std::int64_t seconds) {
    std::filesystem::rename(dir.path("current"), dir.path(label(seconds) + ".s"));
    dir.write("current");
}
} // namespace

TEST_CASE("logs are merged by time, each in its own order") {
    listed_lines a, b;
    a.lines = {line_at(1, "a1"), line_at(4, "a4"), line_at(2, "a2 late")};
    b.lines = {line_at(1, "b1"), line_at(3, "b3"), line_at(5, "b5")};
    log_merge merge;
    merge.add(a);
    merge.add(b);
    std::string order;
    while (auto next = merge.next()) order += next->second.text + " ";
    CHECK(order == "a1 b1 b3 a4 a2 late b5 ");
}

TEST_CASE("a source that is woken is asked again, others are not") {
    listed_lines a, b;
    a.lines = {line_at(1, "a1")};
    b.lines = {line_at(2, "b2")};
    log_merge merge;
    merge.add(a);
    std::size_t second = merge.add(b);
    while (merge.next()) {
    }
    a.lines.push_back(line_at(3, "a3"));
    b.lines.push_back(line_at(4, "b4"));
    merge.wake(second);
    merge.wake(second);
    auto next = merge.next();
    REQUIRE(next);
    CHECK(next->second.text == "b4");
    CHECK(!merge.next());
}

TEST_CASE("rotated files come first, in order") {
    scratch dir;
    dir.write(label(20) + ".s", stamped(11, "c"));
    dir.write(label(10) + ".u", stamped(1, "a") + stamped(2, "b"));
    dir.write("current", stamped(21, "d") + "no newline");
    dir.write("state", "not a log\n");
    dir.write("@nonsense.s", "not a log\n");
    log_directory log(dir.fd(), ".");
    CHECK(all_of(log) == "a;b;c;d;no newline;");
    CHECK(!log.next());
}

TEST_CASE("a line without a stamp takes the time of the one before it") {
    scratch dir;
    dir.write("current",
              "cut off at a rotation\n" + stamped(7, "error") + "  at line 1\n" + stamped(9, "on"));
    log_directory log(dir.fd(), ".");
    auto first = log.next(), second = log.next(), third = log.next();
    REQUIRE(third);
    CHECK(first->when.seconds == 7); // the next stamp, for want of one before
    CHECK(!first->stamped);
    CHECK(second->stamped);
    CHECK(third->when.seconds == 7);
    CHECK(third->text == "  at line 1");
}

TEST_CASE("a log without any stamps has the time of its file") {
    scratch dir;
    dir.write("current", "one\ntwo\n");
    log_directory log(dir.fd(), ".");
    auto line = log.next();
    REQUIRE(line);
    CHECK(line->when.seconds > 1'600'000'000);
}

TEST_CASE("following goes over rotations without a loss or a repetition") {
    scratch dir;
    dir.write("current", stamped(1, "a"));
    log_directory log(dir.fd(), ".");
    log.follow();
    CHECK(all_of(log) == "a;");
    append(dir, "current", stamped(2, "b"));
    CHECK(all_of(log) == "b;");
    append(dir, "current", label(3) + " half");
    CHECK(all_of(log).empty());
    append(dir, "current", " and half\n");
    rotate(dir, 3);
    append(dir, "current", stamped(4, "c"));
    rotate(dir, 4);
    append(dir, "current", stamped(5, "d"));
    rotate(dir, 5);
    append(dir, "current", stamped(6, "e"));
    CHECK(all_of(log) == "half and half;c;d;e;");
    CHECK(!log.next());
}

TEST_CASE("following waits while current is away, and passes over what a processor rewrote") {
    scratch dir;
    dir.write("current", stamped(1, "a"));
    log_directory log(dir.fd(), ".");
    log.follow();
    CHECK(all_of(log) == "a;");
    std::filesystem::rename(dir.path("current"), dir.path("previous"));
    CHECK(all_of(log).empty());
    dir.write("current", stamped(2, "b"));
    CHECK(all_of(log) == "b;");
    dir.write(label(1) + ".s", stamped(1, "a")); // the same lines in another file
    dir.remove("previous");
    append(dir, "current", stamped(3, "c"));
    rotate(dir, 3);
    append(dir, "current", stamped(4, "d"));
    CHECK(all_of(log) == "c;d;");
}

TEST_CASE("lines with the same stamp, and those after the clock was set back, are no repetitions") {
    scratch dir;
    dir.write(label(50) + ".s", stamped(5, "z"));
    dir.write("current", stamped(9, "a"));
    log_directory log(dir.fd(), ".");
    log.follow();
    CHECK(all_of(log) == "z;a;");
    std::filesystem::rename(dir.path("current"), dir.path("previous"));
    CHECK(all_of(log).empty()); // the file that was read has no label yet
    std::filesystem::rename(dir.path("previous"), dir.path(label(9) + ".s"));
    dir.write("current", stamped(9, "b") + stamped(9, "c"));
    rotate(dir, 10);
    append(dir, "current", stamped(3, "d"));
    rotate(dir, 11);
    append(dir, "current", stamped(4, "e"));
    CHECK(all_of(log) == "b;c;d;e;");
    rotate(dir, 4); // a label among those that were seen
    append(dir, "current", stamped(4, "f"));
    CHECK(all_of(log) == "f;");
    rotate(dir, 3);
    append(dir, "current", stamped(4, "g"));
    CHECK(all_of(log) == "g;");
}

TEST_CASE("a file that has two names for a moment is one file") {
    scratch dir;
    dir.write("current", stamped(1, "a"));
    const auto name = [&](std::int64_t seconds) { // as daemontools' multilog does
        std::filesystem::create_hard_link(dir.path("previous"), dir.path(label(seconds) + ".s"));
    };
    log_directory log(dir.fd(), ".");
    log.follow();
    CHECK(all_of(log) == "a;");
    std::filesystem::rename(dir.path("current"), dir.path("previous"));
    CHECK(all_of(log).empty());
    name(1);
    dir.write("current", stamped(2, "b"));
    CHECK(all_of(log) == "b;");
    dir.remove("previous");
    std::filesystem::rename(dir.path("current"), dir.path("previous"));
    name(2);
    CHECK(all_of(log).empty());
    dir.write("current", stamped(3, "c"));
    CHECK(all_of(log) == "c;");
    log_directory other(dir.fd(), ".");
    CHECK(all_of(other) == "a;b;c;");
}

TEST_CASE("old files that change their form while the directory is listed are neither new nor gone") {
    constexpr int old_files = 200;
    std::size_t repeated = 0, missing = 0;
    for (int round = 0; round < 4; ++round) {
        scratch dir;
        for (int i = 0; i < old_files; ++i) dir.write(label(10 + i) + ".u", stamped(1, "old"));
        dir.write("current", stamped(99, "a"));
        log_directory log(dir.fd(), ".");
        log.follow();
        log.begin_at_last(1);
        CHECK(all_of(log) == "a;");
        std::atomic<bool> done = false;
        std::thread processor([&] {
            for (int i = 0; i < old_files; ++i) {
                dir.write(label(10 + i) + ".s", stamped(1, "old"));
                dir.remove(label(10 + i) + ".u");
            }
            done = true;
        });
        for (int i = 1000; !done; ++i) {
            rotate(dir, i);
            append(dir, "current", stamped(i, "b"));
            std::string got = all_of(log);
            repeated += got.find("old") != std::string::npos || got.size() > 2;
            missing += got.find('b') == std::string::npos;
        }
        processor.join();
    }
    CHECK(repeated == 0);
    CHECK(missing == 0);
}

TEST_CASE("following keeps up with a writer that rotates in bursts") {
    // Rotates after each line, all of the same moment; the file before gets another form meanwhile. A look that meets
    // a rotation each time gives up on the order, so a burst ends where the reader is too far behind.
    constexpr int lines = 500, burst = 20;
    for (bool by_previous : {false, true}) {
        CAPTURE(by_previous);
        scratch dir;
        dir.write("current");
        std::atomic<bool> done = false;
        std::atomic<int> shown = 0;
        std::thread writer([&] {
            std::string last;
            for (int i = 1; i <= lines; ++i) {
                while (i - shown > burst) std::this_thread::yield();
                append(dir, "current", stamped(7, std::to_string(i)));
                std::string name = label(i);
                if (by_previous) {
                    std::filesystem::rename(dir.path("current"), dir.path("previous"));
                    dir.write("current");
                    std::filesystem::create_hard_link(dir.path("previous"), dir.path(name + ".u"));
                    dir.remove("previous");
                } else {
                    std::filesystem::rename(dir.path("current"), dir.path(name + ".u"));
                    dir.write("current");
                }
                if (!last.empty()) {
                    std::filesystem::copy_file(dir.path(last + ".u"), dir.path("other"));
                    std::filesystem::rename(dir.path("other"), dir.path(last + ".s"));
                    dir.remove(last + ".u");
                }
                last = name;
            }
            done = true;
        });
        log_directory log(dir.fd(), ".");
        log.follow();
        int expected = 1, wrong = 0;
        for (bool again = true; again;) {
            again = !done;
            while (auto line = log.next()) {
                int number = std::stoi(std::string(text_of(*line)));
                if (number != expected && wrong++ == 0) CHECK(number == expected);
                expected = number + 1;
                shown = number;
            }
        }
        writer.join();
        CHECK(wrong == 0);
        CHECK(expected == lines + 1);
    }
}

TEST_CASE("what took the place of a file is known by its place, whatever stands in it") {
    for (bool is_whole : {false, true}) {
        CAPTURE(is_whole);
        scratch dir;
        dir.write(label(1) + ".s", "z\n");
        dir.write("current", "a\n");
        log_directory log(dir.fd(), ".");
        log.follow();
        CHECK(all_of(log) == "z;a;");
        std::filesystem::rename(dir.path("current"), dir.path("previous"));
        dir.write("current", "b\n");
        CHECK(all_of(log) == "b;");
        dir.write("processed", "A\n");
        if (is_whole) {
            std::filesystem::permissions(dir.path("processed"), std::filesystem::perms::owner_all);
            dir.remove("previous");
        }
        append(dir, "current", "b2\n");
        CHECK(all_of(log) == "b2;");
        dir.remove("previous");
        std::filesystem::rename(dir.path("processed"), dir.path(label(2) + ".s"));
        append(dir, "current", "b3\n");
        rotate(dir, 3);
        append(dir, "current", "c\n");
        CHECK(all_of(log) == "b3;c;");
    }
}

TEST_CASE("what a processor has made and what has no label yet is read in its place") {
    scratch dir;
    dir.write(label(1) + ".s", stamped(1, "a"));
    dir.write("processed", stamped(2, "b"));
    dir.write("current", stamped(3, "c"));
    const auto read_all = [&] {
        log_directory log(dir.fd(), ".");
        return all_of(log);
    };
    CHECK(read_all() == "a;c;"); // not whole: nothing but the rest of a processor that was killed
    std::filesystem::permissions(dir.path("processed"), std::filesystem::perms::owner_all);
    CHECK(read_all() == "a;b;c;");
    log_directory log(dir.fd(), ".");
    log.begin_at_last(1);
    log.follow();
    CHECK(all_of(log) == "c;");
    std::filesystem::rename(dir.path("processed"), dir.path(label(2) + ".s"));
    rotate(dir, 4);
    append(dir, "current", stamped(5, "d"));
    CHECK(all_of(log) == "d;");
}

TEST_CASE("a file is found in whatever form it has when its turn comes") {
    scratch dir;
    dir.write(label(1) + ".s", stamped(1, "a"));
    dir.write(label(2) + ".u", stamped(2, "b"));
    dir.write("current", stamped(3, "c"));
    log_directory log(dir.fd(), ".");
    CHECK(log.next());                                                             // all names are known now
    std::filesystem::rename(dir.path(label(2) + ".u"), dir.path(label(2) + ".s")); // svlogd's processor
    CHECK(all_of(log) == "b;c;");
}

TEST_CASE("a line whose end is not written yet is no more than its begin when nobody follows") {
    scratch dir;
    dir.write("current", stamped(1, "a") + label(2) + " ha");
    log_directory log(dir.fd(), ".");
    CHECK(log.next());
    CHECK(log.next());
    append(dir, "current", "lf\n");
    CHECK(!log.next());
}

TEST_CASE("what is being rotated at the first look is read in its place") {
    scratch dir;
    dir.write(label(1) + ".s", stamped(1, "a"));
    dir.write("previous", stamped(2, "b"));
    {
        log_directory log(dir.fd(), ".");
        log.follow();
        CHECK(all_of(log) == "a;b;");
        std::filesystem::rename(dir.path("previous"), dir.path(label(2) + ".s"));
        dir.write("current", stamped(3, "c"));
        CHECK(all_of(log) == "c;");
    }
    dir.write("previous", stamped(2, "b2"));
    log_directory last_two(dir.fd(), ".");
    last_two.begin_at_last(2);
    std::filesystem::rename(dir.path("previous"), dir.path(label(4) + ".s"));
    CHECK(all_of(last_two) == "b2;c;");
}

TEST_CASE("a log that is not there yet is found when it comes") {
    scratch dir;
    log_directory log(dir.fd(), "main");
    log.follow();
    CHECK(!log.next());
    dir.write("main/current", stamped(1, "a"));
    CHECK(all_of(log) == "a;");
}

TEST_CASE("the last lines are found without reading the rest, over several files") {
    for (std::size_t wanted = 0; wanted < 9; ++wanted) {
        CAPTURE(wanted);
        scratch dir;
        dir.write(label(10) + ".s", stamped(1, "a") + stamped(2, "b"));
        dir.write(label(20) + ".s", stamped(11, "c") + "c2\n");
        dir.write("current", stamped(21, "d") + stamped(22, "e"));
        const std::string all = "a;b;c;c2;d;e;";
        log_directory log(dir.fd(), ".");
        log.begin_at_last(wanted);
        std::string expected = all;
        for (std::size_t lines = 6; lines > wanted; --lines) expected.erase(0, expected.find(';') + 1);
        CHECK(all_of(log) == expected);
    }
}

TEST_CASE("since leaves out what is older, whole files included") {
    scratch dir;
    dir.write(label(10) + ".s", stamped(1, "a"));
    dir.write(label(20) + ".s", stamped(11, "b") + stamped(19, "c") + "c2\n");
    dir.write("current", stamped(21, "d"));
    log_directory log(dir.fd(), ".");
    log.begin_at({12, 0});
    CHECK(all_of(log) == "c;c2;d;");
}

TEST_CASE("the last lines of a file begin where they should, across blocks") {
    scratch dir;
    std::string long_line(100'000, 'x');
    dir.write("file", "one\n" + long_line + "\nthree\nfour");
    auto file = reeve::chainload::open_at(dir.fd(), "file", O_RDONLY);
    REQUIRE(file);
    CHECK(find_last_lines(file->get(), 0).offset == 4 + 100'001 + 6); // behind "three"
    CHECK(find_last_lines(file->get(), 1).offset == 4 + 100'001 + 6);
    CHECK(find_last_lines(file->get(), 2).offset == 4 + 100'001);
    CHECK(find_last_lines(file->get(), 3).offset == 4);
    CHECK(find_last_lines(file->get(), 9).offset == 0);
    CHECK(find_last_lines(file->get(), 9).count == 4);
    dir.write("empty");
    auto empty = reeve::chainload::open_at(dir.fd(), "empty", O_RDONLY);
    CHECK(find_last_lines(empty->get(), 3).count == 0);
}

TEST_CASE("a line longer than a mebibyte comes in pieces") {
    scratch dir;
    dir.write("current", std::string(2'500'000, 'x') + "\nend\n");
    log_directory log(dir.fd(), ".");
    std::size_t pieces = 0, bytes = 0;
    while (auto line = log.next()) {
        ++pieces;
        bytes += line->text.size();
    }
    CHECK(bytes == 2'500'003);
    CHECK(pieces == 4);
}

TEST_CASE("a line is shown with its time, its service and nothing that harms") {
    log_line line{
        {1'714'483'294, 123'000'000}, true, stamp_label_size, label(1'714'483'294) + " hello\x1b[2J"};
    log_style style;
    style.in = zone::utc;
    style.name_width = 4;
    CHECK(log_text("db", line, style) == "2024-04-30 13:21:34.123Z db:   hello\x1b[2J\n");
    style.for_terminal = true;
    CHECK(log_text("db", line, style) == "2024-04-30 13:21:34.123Z db:   hello\\x1b[2J\n");
    log_line second{line.when, false, 0, "  at line 1"};
    CHECK(log_text("db", second, style) == "                         db:     at line 1\n");
    style.raw = true;
    CHECK(log_text("db", second, style) == "db:     at line 1\n");
}
