#include "supervise/start_env.hpp"

#include "tests/unit/scratch.hpp"

#include <algorithm>
#include <array>
#include <doctest/doctest.h>
#include <string>
#include <sys/stat.h>
#include <vector>

using namespace reeve::supervise;
using reeve::tests::scratch;
using namespace std::string_view_literals;

namespace {
// "NAME=VALUE" or "NAME (unset)", sorted; or the error.
struct reading {
    std::vector<std::string> variables;
    int error = 0;
};
reading read(const scratch& dir, std::size_t room = 1000, std::size_t most = 8) {
    std::vector<char> storage(room);
    std::vector<start_variable> into(most);
    auto count = read_start_env(dir.fd(), storage, into);
    reading result;
    if (!count) {
        result.error = count.why().error;
        return result;
    }
    for (std::size_t at = 0; at < *count; ++at)
        result.variables.push_back(std::string(into[at].assignment) + (into[at].unset ? " (unset)" : ""));
    std::sort(result.variables.begin(), result.variables.end());
    return result;
}
using list = std::vector<std::string>;
} // namespace

TEST_CASE("no start-env is no variables") {
    scratch dir;
    CHECK(read(dir).variables.empty());
    CHECK(read(dir).error == 0);
    dir.make_directory("supervise/start-env");
    CHECK(read(dir).variables.empty());
    CHECK(read(dir).error == 0);
}

TEST_CASE("the rules of an envdir") {
    scratch dir;
    dir.write("supervise/start-env/PLAIN", "value");
    dir.write("supervise/start-env/FIRST", "one \t\ntwo\n");
    dir.write("supervise/start-env/BLANKS", "  kept in front");
    dir.write("supervise/start-env/LINES", "a\0b"sv);
    dir.write("supervise/start-env/EMPTY", "\n");
    dir.write("supervise/start-env/GONE", "");
    dir.write("supervise/start-env/.hidden", "no");
    CHECK(read(dir).variables ==
          list{"BLANKS=  kept in front", "EMPTY=", "FIRST=one", "GONE (unset)", "LINES=a\nb", "PLAIN=value"});
}

TEST_CASE("what is no variable is an error") {
    scratch dir;
    dir.write("supervise/start-env/A=B", "x");
    CHECK(read(dir).error == EINVAL);
    dir.remove("supervise/start-env/A=B");
    dir.make_directory("supervise/start-env/FOLDER");
    CHECK(read(dir).error == EINVAL);
    dir.remove("supervise/start-env/FOLDER");
    ::mkfifo(dir.path("supervise/start-env/PIPE").c_str(), 0600);
    CHECK(read(dir).error == EINVAL);
    dir.remove("supervise/start-env");
    dir.write("supervise/start-env", "a file");
    CHECK(read(dir).error == ENOTDIR);
}

TEST_CASE("storage that is too small is an error, and enough is enough") {
    scratch dir;
    dir.write("supervise/start-env/NAME", "value");
    CHECK(read(dir, 11).variables == list{"NAME=value"});
    for (std::size_t room = 0; room < 11; ++room) CHECK(read(dir, room).error == E2BIG);
    CHECK(read(dir, 100, 0).error == E2BIG);
    dir.write("supervise/start-env/OTHER", "x");
    CHECK(read(dir, 100, 1).error == E2BIG);
    CHECK(read(dir, 100, 2).variables == list{"NAME=value", "OTHER=x"});
}

TEST_CASE("start-env is taken away, also what an interrupted removal left") {
    scratch dir;
    CHECK(remove_start_env(dir.fd()));
    dir.make_directory("supervise");
    CHECK(remove_start_env(dir.fd()));
    for (int i = 0; i < 150; ++i) dir.write("supervise/start-env/V" + std::to_string(i), "x");
    dir.write("supervise/start-env.used/OLD", "x");
    CHECK(remove_start_env(dir.fd()));
    CHECK(std::filesystem::is_empty(dir.path("supervise")));
    dir.write("supervise/start-env/FOLDER/x", "x");
    auto stuck = remove_start_env(dir.fd());
    REQUIRE(!stuck);
    CHECK(stuck.why().error == ENOTEMPTY);
    CHECK(!std::filesystem::exists(dir.path("supervise/start-env"))); // not applied again all the same
}
