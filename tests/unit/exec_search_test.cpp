#include "chainload/exec_search.hpp"

#include "chainload/spawn.hpp"
#include "tests/unit/scratch.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <vector>

using namespace reeve::chainload;
using reeve::tests::scratch;

namespace {
std::vector<std::string> places(const char* name, const char* search) {
    std::vector<std::string> seen;
    search_program(
        name, search,
        [](void* to, const char* path) {
            static_cast<std::vector<std::string>*>(to)->push_back(path);
            return false;
        },
        &seen);
    return seen;
}

// The exit code of the program, or the errno of exec negated.
int run(std::string name, std::string path_variable) {
    std::string variable = "PATH=" + path_variable;
    char* argv[] = {name.data(), nullptr};
    char* environment[] = {variable.data(), nullptr};
    auto pid = spawn_child([&] { return exec_program(argv, environment); });
    if (!pid) return -pid.why().error;
    int status = 0;
    ::waitpid(*pid, &status, 0);
    return WEXITSTATUS(status);
}
} // namespace

TEST_CASE("a program is looked for where PATH says, in that order") {
    using list = std::vector<std::string>;
    CHECK(places("ls", "/a:/b") == list{"/a/ls", "/b/ls"});
    CHECK(places("ls", nullptr) == list{"/bin/ls", "/usr/bin/ls"});
    CHECK(places("ls", "") == list{"./ls"});
    CHECK(places("ls", ":/a:") == list{"./ls", "/a/ls", "./ls"});
    CHECK(places("./ls", "/a:/b") == list{"./ls"});
    CHECK(places("/x/ls", nullptr) == list{"/x/ls"});
    CHECK(places("ls", (std::string(5000, 'x') + ":/b").c_str()) == list{"/b/ls"});
}

TEST_CASE("the search goes on after a place without the program, and the better error is reported") {
    scratch dir;
    dir.make_directory("empty");
    dir.script("good/prog", "#!/bin/sh\nexit 42\n");
    dir.write("locked/prog", "#!/bin/sh\nexit 1\n");
    ::chmod(dir.path("locked/prog").c_str(), 0600);
    CHECK(run("prog", dir.path("empty") + ":" + dir.path("good")) == 42);
    CHECK(run("prog", dir.path("locked") + ":" + dir.path("good")) == 42);
    CHECK(run("prog", dir.path("locked/prog") + ":" + dir.path("good")) == 42); // not a directory
    CHECK(run("prog", dir.path("empty")) == -ENOENT);
    // "File does not exist" comes last: what is there and may not be run says more.
    CHECK(run("prog", dir.path("locked") + ":" + dir.path("empty")) == -EACCES);
    CHECK(run("prog", dir.path("empty") + ":" + dir.path("locked")) == -EACCES);
    CHECK(run("", dir.path("good")) == -ENOENT);
    dir.script("odd/prog", "no program");
    CHECK(run("prog", dir.path("odd") + ":" + dir.path("good")) == -ENOEXEC);
}
