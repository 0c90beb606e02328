#include "supervise/status_record.hpp"

#include "tests/unit/scratch.hpp"

#include <cstring>
#include <doctest/doctest.h>
#include <random>

using namespace reeve::supervise;

namespace {
status_record random_record(std::mt19937_64& random) {
    auto below = [&](std::uint64_t limit) { return random() % limit; };
    auto fill = [&](auto& bytes) {
        for (auto& byte : bytes) byte = static_cast<std::remove_reference_t<decltype(byte)>>(below(256));
    };
    status_record record;
    fill(record.changed);
    record.pid = static_cast<std::uint32_t>(below(3) == 0 ? 0 : random());
    record.paused = below(2) != 0;
    record.want = std::array{want::once, want::down, want::up}[below(3)];
    record.stop_sent = below(2) != 0;
    record.phase = static_cast<phase>(below(phase_names.size()));
    fill(record.ready_since);
    record.supervise_pid = static_cast<std::uint32_t>(random());
    record.main_start = random();
    record.supervise_start = random();
    record.wait_status = static_cast<std::uint32_t>(random());
    record.cause = static_cast<cause>(below(cause_names.size()));
    record.waits_for_engine = below(2) != 0;
    record.skipped = below(2) != 0;
    record.forking = below(2) != 0;
    record.adopted = below(2) != 0;
    record.exit_wanted = below(2) != 0;
    record.give_up = static_cast<give_up>(below(give_up_names.size()));
    record.stage = static_cast<std::uint8_t>(below(256));
    record.starts = random();
    record.deaths = random();
    record.commands = random();
    record.readiness = random();
    fill(record.tree);
    record.next_start = random();
    record.home = random();
    fill(record.text);
    return record;
}

std::span<const unsigned char> first(const packed_record& bytes, std::size_t count) {
    return std::span<const unsigned char>(bytes).first(count);
}

template <class Number>
Number little_endian(const packed_record& bytes, std::size_t at) {
    Number number;
    std::memcpy(&number, bytes.data() + at, sizeof number); // the machines of the tests are little-endian
    return number;
}
} // namespace

TEST_CASE("any record survives packing") {
    std::mt19937_64 random(20240601);
    for (int round = 0; round < 2000; ++round) {
        status_record made = random_record(random);
        packed_record bytes = pack(made);
        auto read = unpack(bytes);
        REQUIRE(read);
        CHECK(!read->foreign);
        CHECK(read->changed == made.changed);
        CHECK(read->pid == made.pid);
        CHECK(read->paused == made.paused);
        CHECK(read->want == made.want);
        CHECK(read->stop_sent == made.stop_sent);
        CHECK(read->phase == made.phase);
        CHECK(read->ready_since == made.ready_since);
        CHECK(read->supervise_pid == made.supervise_pid);
        CHECK(read->main_start == made.main_start);
        CHECK(read->supervise_start == made.supervise_start);
        CHECK(read->wait_status == made.wait_status);
        CHECK(read->cause == made.cause);
        CHECK(read->waits_for_engine == made.waits_for_engine);
        CHECK(read->skipped == made.skipped);
        CHECK(read->forking == made.forking);
        CHECK(read->adopted == made.adopted);
        CHECK(read->exit_wanted == made.exit_wanted);
        CHECK(read->give_up == made.give_up);
        CHECK(read->stage == made.stage);
        CHECK(read->starts == made.starts);
        CHECK(read->deaths == made.deaths);
        CHECK(read->commands == made.commands);
        CHECK(read->readiness == made.readiness);
        CHECK(read->tree == made.tree);
        CHECK(read->next_start == made.next_start);
        CHECK(read->home == made.home);
        CHECK(read->text == made.text);
        CHECK(pack(*read) == bytes);
    }
}

TEST_CASE("the fields stand where the contract says") {
    status_record record;
    record.changed = reeve::chainload::pack_tai64n({1'700'000'000, 123'456'789});
    record.pid = 0x01020304;
    record.paused = true;
    record.want = want::up;
    record.stop_sent = true;
    record.phase = phase::ready;
    record.ready_since = reeve::chainload::pack_tai64n({1'700'000'001, 0});
    record.supervise_pid = 77;
    record.main_start = 1001;
    record.supervise_start = 1002;
    record.wait_status = 0x100;
    record.cause = cause::health;
    record.give_up = give_up::asked;
    record.stage = 9;
    record.starts = 11;
    record.deaths = 12;
    record.commands = 13;
    record.readiness = 14;
    record.tree.fill(0xab);
    record.next_start = 1'700'000'002'000;
    record.home = 15;
    std::memcpy(record.text.data(), "serving", 7);
    packed_record bytes = pack(record);

    CHECK(bytes.size() == 256);
    CHECK(bytes[0] == 0x40); // TAI64N, big-endian
    CHECK(bytes[11] == 0x15);
    CHECK(bytes[12] == 0x04); // pid, little-endian, as daemontools
    CHECK(bytes[15] == 0x01);
    CHECK(bytes[16] == 1);
    CHECK(bytes[17] == 'u');
    CHECK(bytes[18] == 1); // runit's two
    CHECK(bytes[19] == 1);
    CHECK(bytes[20] == 'r');
    CHECK(bytes[21] == 'v');
    CHECK(bytes[22] == 1);
    CHECK(bytes[23] == 3);
    CHECK(bytes[31] == 0x0b); // the last of the seconds of readiness
    CHECK(little_endian<std::uint32_t>(bytes, 36) == 77);
    CHECK(little_endian<std::uint64_t>(bytes, 40) == 1001);
    CHECK(little_endian<std::uint64_t>(bytes, 48) == 1002);
    CHECK(little_endian<std::uint32_t>(bytes, 56) == 0x100);
    CHECK(bytes[60] == 6);
    CHECK(bytes[62] == 1);
    CHECK(bytes[63] == 9);
    CHECK(little_endian<std::uint64_t>(bytes, 64) == 11);
    CHECK(little_endian<std::uint64_t>(bytes, 72) == 12);
    CHECK(little_endian<std::uint64_t>(bytes, 80) == 13);
    CHECK(little_endian<std::uint64_t>(bytes, 88) == 14);
    CHECK(bytes[96] == 0xab);
    CHECK(bytes[111] == 0xab);
    CHECK(little_endian<std::uint64_t>(bytes, 112) == 1'700'000'002'000);
    CHECK(little_endian<std::uint64_t>(bytes, 120) == 15);
    CHECK(std::memcmp(bytes.data() + 128, "serving", 8) == 0);
}

TEST_CASE("each flag is a bit of byte 61") {
    auto flags_with = [](auto set) {
        status_record record;
        set(record);
        return pack(record)[61];
    };
    CHECK(flags_with([](status_record&) {}) == 0);
    CHECK(flags_with([](status_record& record) { record.waits_for_engine = true; }) == 1);
    CHECK(flags_with([](status_record& record) { record.skipped = true; }) == 2);
    CHECK(flags_with([](status_record& record) { record.forking = true; }) == 4);
    CHECK(flags_with([](status_record& record) { record.adopted = true; }) == 8);
    CHECK(flags_with([](status_record& record) { record.exit_wanted = true; }) == 16);
}

TEST_CASE("runit's byte 19 is down, run or finish, and down without a process") {
    auto run_state = [](phase now, std::uint32_t pid) {
        status_record record;
        record.phase = now;
        record.pid = pid;
        return pack(record)[19];
    };
    for (phase running : {phase::starting, phase::up, phase::ready, phase::stopping})
        CHECK(run_state(running, 5) == 1);
    CHECK(run_state(phase::finishing, 5) == 2);
    for (phase idle : {phase::down, phase::backoff, phase::failed, phase::skipped, phase::done})
        CHECK(run_state(idle, 0) == 0);
    CHECK(run_state(phase::up, 0) == 0);
}

TEST_CASE("records of daemontools (18 bytes) and runit (20 bytes) are read as foreign") {
    status_record record;
    record.pid = 4711;
    record.want = want::up;
    record.phase = phase::finishing;
    record.stop_sent = true;
    packed_record bytes = pack(record);

    auto djb = unpack(first(bytes, 18));
    REQUIRE(djb);
    CHECK(djb->foreign);
    CHECK(djb->pid == 4711);
    CHECK(djb->want == want::up);
    CHECK(djb->phase == phase::up); // 18 bytes do not tell more
    CHECK(!djb->stop_sent);
    CHECK(djb->supervise_pid == 0);

    auto runit = unpack(first(bytes, 20));
    REQUIRE(runit);
    CHECK(runit->foreign);
    CHECK(runit->phase == phase::finishing);
    CHECK(runit->stop_sent);

    bytes[12] = bytes[13] = 0;
    CHECK(unpack(first(bytes, 18))->phase == phase::down);
}

TEST_CASE("longer records are read, shorter and damaged ones are not") {
    packed_record bytes = pack(status_record{});
    std::array<unsigned char, 300> longer{};
    std::copy(bytes.begin(), bytes.end(), longer.begin());
    REQUIRE(unpack(longer));
    CHECK(!unpack(longer)->foreign);
    for (std::size_t size = 0; size < 18; ++size) CHECK(!unpack(first(bytes, size)));
    CHECK(unpack(first(bytes, 255))->foreign);

    auto damaged = [&](std::size_t at, unsigned char value) {
        packed_record copy = bytes;
        copy[at] = value;
        return !unpack(copy);
    };
    CHECK(damaged(17, 'x'));
    CHECK(damaged(22, 0));
    CHECK(damaged(23, phase_names.size()));
    CHECK(damaged(60, cause_names.size()));
    CHECK(damaged(62, give_up_names.size()));
    CHECK(!damaged(22, 2)); // a later version keeps what is here
}

TEST_CASE("what a child knows of itself is stamped into a packed record") {
    status_record record;
    record.want = want::up;
    record.phase = phase::up;
    record.starts = 4;
    packed_record bytes = pack(record);
    auto now = reeve::chainload::pack_tai64n({1'700'000'000, 5});
    stamp_main_process(bytes, 321, 654, now);
    auto read = unpack(bytes);
    REQUIRE(read);
    CHECK(read->pid == 321);
    CHECK(read->main_start == 654);
    CHECK(read->changed == now);
    CHECK(read->starts == 4);
}

TEST_CASE("supervise/status is read from a service directory") {
    reeve::tests::scratch dir;
    CHECK(read_status(dir.fd()).why().error == ENOENT);
    dir.write("supervise/status", "garbage");
    CHECK(read_status(dir.fd()).why().error == EPROTO);
    packed_record bytes = pack(status_record{});
    dir.write("supervise/status", {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    REQUIRE(read_status(dir.fd()));
    CHECK(read_status(dir.fd())->want == want::down);
}
