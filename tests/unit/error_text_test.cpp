#include "chainload/error_text.hpp"

#include <cerrno>
#include <doctest/doctest.h>

using reeve::chainload::error_text;

TEST_CASE("errors have daemontools' words, which clients compare literally") {
    CHECK(error_text(ENOENT) == "file does not exist");
    CHECK(error_text(EAGAIN) == "temporary failure");
    CHECK(error_text(ELOOP) == "symbolic link loop");
    CHECK(error_text(ENXIO) == "device not configured");
    CHECK(error_text(EACCES) == "access denied");
    CHECK(error_text(EMFILE) == "process cannot open more files");
    CHECK(error_text(EPERM) == "permission denied");
    CHECK(error_text(ENOTDIR) == "not a directory");
    CHECK(error_text(ENOBUFS) == "out of buffer space");
    CHECK(error_text(ETXTBSY) == "text busy");
    CHECK(error_text(ENOEXEC) == "exec format error");
}

TEST_CASE("every number has a text") {
    for (int error = -2; error < 200; ++error) CHECK(!error_text(error).empty());
    CHECK(error_text(12345) == "unknown error");
}
