// The client's side of the FIFOs, the table of letters, and the rules for names.
#include "supervise/control.hpp"

#include "supervise/layout.hpp"
#include "supervise/letters.hpp"
#include "tests/unit/scratch.hpp"

#include <doctest/doctest.h>
#include <set>
#include <sys/stat.h>

using namespace reeve::supervise;
using reeve::chainload::unique_fd;

TEST_CASE("whether a supervise runs is whether supervise/ok has a reader") {
    reeve::tests::scratch dir;
    CHECK(is_supervised(dir.fd()).why().error == ENOENT);
    dir.make_directory("supervise");
    ::mkfifo(dir.path("supervise/ok").c_str(), 0600);
    REQUIRE(is_supervised(dir.fd()));
    CHECK(!*is_supervised(dir.fd()));
    unique_fd reader(::open(dir.path("supervise/ok").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    CHECK(*is_supervised(dir.fd()));
}

TEST_CASE("letters are written at once, and neither a missing reader nor a full pipe hangs the writer") {
    reeve::tests::scratch dir;
    CHECK(send_letters(dir.fd(), "u").why().error == ENOENT);
    dir.make_directory("supervise");
    ::mkfifo(dir.path("supervise/control").c_str(), 0600);
    CHECK(send_letters(dir.fd(), "u").why().error == ENXIO);
    unique_fd reader(::open(dir.path("supervise/control").c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
    REQUIRE(send_letters(dir.fd(), "dx"));
    char got[8] = {};
    CHECK(::read(reader.get(), got, sizeof got) == 2);
    CHECK(std::string_view(got) == "dx");
    std::string many(4096, 'u');
    int sent = 0;
    while (sent < 1000 && send_letters(dir.fd(), many)) ++sent;
    CHECK(sent < 1000);
    CHECK(send_letters(dir.fd(), "u").why().error == EAGAIN);
}

TEST_CASE("each control letter stands once in the table, with a help text") {
    std::set<char> seen;
    for (const letter& entry : letters) {
        CHECK_MESSAGE(seen.insert(entry.name).second, entry.name);
        CHECK(!entry.help.empty());
        CHECK(find_letter(entry.name) == &entry);
        bool signals = entry.meaning == command::signal || entry.meaning == command::pause ||
                       entry.meaning == command::go_on;
        CHECK((entry.signal != 0) == signals);
    }
    CHECK(find_letter('z') == nullptr);
    CHECK(find_letter('\0') == nullptr);
    // The letters that daemontools' svc sends, with its signals.
    CHECK(find_letter('h')->signal == SIGHUP);
    CHECK(find_letter('a')->signal == SIGALRM);
    CHECK(find_letter('i')->signal == SIGINT);
    CHECK(find_letter('t')->signal == SIGTERM);
    CHECK(find_letter('k')->signal == SIGKILL);
    CHECK(find_letter('p')->signal == SIGSTOP);
    CHECK(find_letter('c')->signal == SIGCONT);
}

TEST_CASE("names of services") {
    for (std::string_view good : {"a", "nginx", "A.b_c@d+e-9", "0"})
        CHECK_MESSAGE(valid_service_name(good), good);
    CHECK(valid_service_name(std::string(128, 'x')));
    for (std::string_view bad : {"", ".", "..", ".hidden", "-x", "a/b", "a b", "a\n", "é", "a:b", "a*"})
        CHECK_MESSAGE(!valid_service_name(bad), bad);
    CHECK(!valid_service_name(std::string(129, 'x')));
    CHECK(!valid_service_name(std::string_view("a\0b", 3)));
    CHECK(instance_of("getty@tty1") == "tty1");
    CHECK(instance_of("a@b@c") == "b@c");
    CHECK(instance_of("a@") == "");
    CHECK(instance_of("plain") == "");
}
