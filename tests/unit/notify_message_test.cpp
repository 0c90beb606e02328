#include "supervise/notify_message.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace reeve::supervise;
using namespace std::string_view_literals;

TEST_CASE("a datagram with every field") {
    auto message =
        parse_notify("READY=1\nSTATUS=serving = fine\nRELOADING=1\nSTOPPING=1\nMAINPID=4711\nWATCHDOG=1\n"
                     "WATCHDOG_USEC=5000000\nEXTEND_TIMEOUT_USEC=1\nFDSTORE=1\nFDNAME=my-fd\n"
                     "FDSTOREREMOVE=1\nERRNO=2\nEXIT_STATUS=255\nBARRIER=1\nMONOTONIC_USEC=77\nX_MINE=1\n");
    CHECK(message.ready);
    CHECK(message.status == "serving = fine");
    CHECK(message.reloading);
    CHECK(message.stopping);
    CHECK(message.main_pid == 4711);
    CHECK(message.watchdog_ping);
    CHECK(!message.watchdog_trigger);
    CHECK(message.watchdog_usec == 5'000'000u);
    CHECK(message.extend_usec == 1u);
    CHECK(message.fd_store);
    CHECK(message.fd_name == "my-fd");
    CHECK(message.fd_store_remove);
    CHECK(message.error_number == 2);
    CHECK(message.exit_status == 255);
    CHECK(message.barrier);
    CHECK(message.first_bad_line.empty());
}

TEST_CASE("an empty datagram says nothing") {
    for (std::string_view nothing : {""sv, "\n\n"sv, "\0"sv}) {
        auto message = parse_notify(nothing);
        CHECK(!message.ready);
        CHECK(!message.status);
        CHECK(message.first_bad_line.empty());
    }
}

TEST_CASE("WATCHDOG has two values") {
    CHECK(parse_notify("WATCHDOG=trigger").watchdog_trigger);
    CHECK(!parse_notify("WATCHDOG=trigger").watchdog_ping);
    CHECK(parse_notify("WATCHDOG=0").first_bad_line == "WATCHDOG=0");
}

TEST_CASE("bad lines are remembered and skipped, and the rest counts") {
    for (std::string_view bad : {"READY=0"sv,
                                 "READY="sv,
                                 "READY"sv,
                                 "READY=1 "sv,
                                 " READY=1"sv,
                                 "ready=1"sv,
                                 "RELOADING=yes"sv,
                                 "STOPPING=2"sv,
                                 "MAINPID=0"sv,
                                 "MAINPID=-5"sv,
                                 "MAINPID=2147483648"sv,
                                 "MAINPID=1x"sv,
                                 "WATCHDOG_USEC=1s"sv,
                                 "EXTEND_TIMEOUT_USEC=18446744073709551616"sv,
                                 "FDNAME="sv,
                                 "FDNAME=a:b"sv,
                                 "FDNAME=a b"sv,
                                 "FDNAME=\xc3\xa9"sv,
                                 "ERRNO=-1"sv,
                                 "EXIT_STATUS=256"sv,
                                 "BARRIER=0"sv,
                                 "UNKNOWN=1"sv,
                                 "=1"sv,
                                 "STATUS=a\0b"sv,
                                 "READY=1\r"sv}) {
        std::string datagram = std::string(bad) + "\nWATCHDOG=1\nUNKNOWN=2\n";
        auto message = parse_notify(datagram);
        CHECK_MESSAGE(message.first_bad_line == bad, bad);
        CHECK(message.watchdog_ping);
        CHECK(!message.ready);
        CHECK(!message.main_pid);
        CHECK(!message.fd_name);
        CHECK(!message.exit_status);
        CHECK(!message.status);
    }
    std::string too_long = "FDNAME=" + std::string(256, 'x');
    CHECK(parse_notify(too_long).first_bad_line == too_long);
    std::string longest = "FDNAME=" + std::string(255, 'x');
    CHECK(parse_notify(longest).fd_name->size() == 255);
}

TEST_CASE("the last valid line of a name counts") {
    auto message = parse_notify("MAINPID=5\nMAINPID=6\nMAINPID=x\nSTATUS=a\nSTATUS=");
    CHECK(message.main_pid == 6);
    CHECK(message.status == "");
    CHECK(message.first_bad_line == "MAINPID=x");
}

TEST_CASE("very long times, infinity included, are limited") {
    CHECK(parse_notify("WATCHDOG_USEC=18446744073709551615").watchdog_usec == longest_notify_usec);
    CHECK(parse_notify("EXTEND_TIMEOUT_USEC=1000000000000001").extend_usec == longest_notify_usec);
    CHECK(parse_notify("WATCHDOG_USEC=0").watchdog_usec == 0u);
}

TEST_CASE("a status is short, printable UTF-8") {
    auto clean = [](std::string_view text) { return std::string(clean_status(text).view()); };
    CHECK(clean("") == "");
    CHECK(clean("plain text") == "plain text");
    CHECK(clean("a\tb\x01"
                "c\x7f"
                "d\xc2\x85"
                "e\0f"sv) == "a b c d e f");
    CHECK(clean("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80") == "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
    // Not UTF-8: stray continuation, overlong, surrogate, beyond U+10FFFF, cut.
    CHECK(clean("\x80") == "?");
    CHECK(clean("\xc0\xaf") == "??");
    CHECK(clean("\xe0\x80\x80") == "???");
    CHECK(clean("\xf0\x80\x80\x80") == "????");
    CHECK(clean("\xed\xa0\x80") == "???");
    CHECK(clean("\xf4\x90\x80\x80") == "????");
    CHECK(clean("\xff\xfe") == "??");
    CHECK(clean("x\xe2\x82") == "x??");
    CHECK(clean(std::string(200, 'x')) == std::string(127, 'x'));
    CHECK(clean(std::string(126, 'x') + "\xc3\xa9") == std::string(126, 'x'));
    CHECK(clean(std::string(125, 'x') + "\xc3\xa9") == std::string(125, 'x') + "\xc3\xa9");
}
