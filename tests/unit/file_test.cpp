// chainload's file, directory, lock and unique_fd.
#include "chainload/file.hpp"

#include "chainload/directory.hpp"
#include "chainload/lock.hpp"
#include "tests/unit/scratch.hpp"

#include <array>
#include <doctest/doctest.h>
#include <set>
#include <sys/stat.h>

using namespace reeve::chainload;
using reeve::tests::scratch;

TEST_CASE("a file is read whole or not at all") {
    scratch dir;
    dir.write("file", "0123456789");
    std::array<char, 11> enough;
    std::array<char, 10> short_of_one;
    CHECK(*read_whole_at(dir.fd(), "file", enough) == "0123456789");
    auto cut = read_whole_at(dir.fd(), "file", short_of_one);
    REQUIRE(!cut);
    CHECK(cut.why().error == E2BIG);
    auto missing = read_whole_at(dir.fd(), "none", enough, "read the file");
    REQUIRE(!missing);
    CHECK(missing.why().error == ENOENT);
    CHECK(std::string_view(missing.why().step) == "read the file");
    dir.write("empty");
    CHECK(read_whole_at(dir.fd(), "empty", enough)->empty());
}

TEST_CASE("descriptors are close-on-exec from birth") {
    scratch dir;
    auto fd = open_at(dir.fd(), "new", O_WRONLY | O_CREAT, 0600);
    REQUIRE(fd);
    CHECK((::fcntl(fd->get(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("replace_file puts the new content in place of the old, with the given mode") {
    scratch dir;
    dir.write("status", "old and longer");
    REQUIRE(replace_file(dir.fd(), "status", "status.new", std::string_view("new"), 0644));
    CHECK(dir.read("status") == "new");
    CHECK(!std::filesystem::exists(dir.path("status.new")));
    dir.write("status.new", "left by a crash, and longer than what comes");
    REQUIRE(replace_file(dir.fd(), "status", "status.new", std::string_view("newer"), 0644));
    CHECK(dir.read("status") == "newer");
    CHECK(!replace_file(dir.fd(), "none/status", "none/status.new", std::string_view("x"), 0644));
}

TEST_CASE("write_all reports the failure of the descriptor") {
    auto written = write_all(-1, std::string_view("x"), "write it");
    REQUIRE(!written);
    CHECK(written.why().error == EBADF);
}

TEST_CASE("a lock excludes another open file until every copy is closed") {
    scratch dir;
    auto first = try_lock(dir.fd(), "lock");
    REQUIRE(first);
    struct stat found {};
    ::fstatat(dir.fd(), "lock", &found, 0);
    CHECK((found.st_mode & 0777) == 0600);
    auto second = try_lock(dir.fd(), "lock");
    REQUIRE(!second);
    CHECK(second.why().error == EWOULDBLOCK);
    CHECK(std::string_view(second.why().step) == "lock");
    unique_fd copy(::dup(first->get()));
    first->reset();
    CHECK(!try_lock(dir.fd(), "lock"));
    copy.reset();
    CHECK(try_lock(dir.fd(), "lock"));
}

TEST_CASE("unique_fd closes once and hands over") {
    unique_fd first(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    int number = first.get();
    unique_fd second(std::move(first));
    CHECK(!first);
    CHECK(second.get() == number);
    second = unique_fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    CHECK(::fcntl(number, F_GETFD) == -1);
    int kept = second.release();
    CHECK(::fcntl(kept, F_GETFD) != -1);
    ::close(kept);
}

TEST_CASE("a directory is listed without its dots, across many calls of the kernel") {
    scratch dir;
    std::set<std::string> made, seen;
    for (int i = 0; i < 200; ++i) made.insert("entry-with-a-rather-long-name-" + std::to_string(i));
    made.insert(".hidden");
    made.insert("..odd");
    for (const auto& name : made) dir.write(name);
    dir.make_directory("folder");
    auto fd = open_at(dir.fd(), ".", O_RDONLY | O_DIRECTORY);
    REQUIRE(fd);
    REQUIRE(list_directory(fd->get(), [&](const char* name, entry_type type) {
        if (std::string(name) == "folder")
            CHECK((type == entry_type::directory || type == entry_type::unknown));
        else
            seen.insert(name);
    }));
    CHECK(seen == made);
    CHECK(!list_directory(-1, [](const char*, entry_type) {}));
}
