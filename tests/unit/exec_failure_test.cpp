#include "chainload/exec_failure.hpp"

#include "tests/unit/scratch.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

using namespace reeve::chainload;
using reeve::tests::scratch;

namespace {
std::string explain(const scratch& dir, const char* name, int error) {
    return std::string(explain_exec_failure(dir.fd(), name, error).view());
}
} // namespace

TEST_CASE("why a script could not be exec'd") {
    scratch dir;
    CHECK(explain(dir, "none", ENOENT) == "file does not exist");

    dir.make_directory("folder");
    CHECK(explain(dir, "folder", EACCES) == "is a directory, not a program");

    ::mkfifo(dir.path("pipe").c_str(), 0700);
    CHECK(explain(dir, "pipe", EACCES) == "is not a regular file");

    dir.write("plain", "#!/bin/sh\n");
    ::chmod(dir.path("plain").c_str(), 0644);
    CHECK(explain(dir, "plain", EACCES) == "not executable (chmod +x it)");

    dir.script("lost", "#! /no/such/shell -e\nexit\n");
    CHECK(explain(dir, "lost", ENOENT) == "its interpreter /no/such/shell does not exist");

    dir.script("dos", "#!/bin/sh\r\nexit\r\n");
    CHECK(explain(dir, "dos", ENOENT) ==
          "its lines end in CR LF (DOS line ends), so the interpreter /bin/sh\\r does not exist");

    dir.script("denied", "#!/etc/passwd\n");
    CHECK(explain(dir, "denied", EACCES) ==
          "it or its interpreter /etc/passwd may not be executed: access denied");

    dir.script("empty", "");
    CHECK(explain(dir, "empty", ENOEXEC) == "the file is empty");
    dir.script("words", "exec sleep 1\n");
    CHECK(explain(dir, "words", ENOEXEC) == "neither a program of this machine nor a script with a #! line");

    dir.script("fine", "#!/bin/sh\n");
    CHECK(explain(dir, "fine", ENOMEM) == "out of memory");
    dir.script("open-ended", "#!/no/newline");
    CHECK(explain(dir, "open-ended", ENOENT) == "its interpreter /no/newline does not exist");
    dir.script("mark-only", "#!");
    CHECK(explain(dir, "mark-only", ENOEXEC) ==
          "neither a program of this machine nor a script with a #! line");
}
