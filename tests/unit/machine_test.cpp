// The table of the machine: it is what its comment says, and every event is safe in every stage.
#include "tests/unit/tried_machine.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

using namespace reeve::supervise;
using reeve::tests::exited;
using reeve::tests::tried_machine;

namespace {
// As the comment at the head of machine_table.cpp shows it.
std::string table_text() {
    std::string text;
    for (std::size_t kind = 0; kind < event_count; ++kind) {
        table_row row = describe(static_cast<event_kind>(kind));
        (text += "//   ").append(row.event) += "\n";
        for (std::size_t first = 0; first < stage_count; ++first) {
            std::string_view move = row.moves[first];
            bool seen = false;
            for (std::size_t at = 0; at < first; ++at) seen = seen || row.moves[at] == move;
            if (move == "-" || seen) continue;
            std::string stages;
            std::size_t count = 0;
            for (std::size_t at = first; at < stage_count; ++at)
                if (row.moves[at] == move && ++count)
                    (stages += count > 1 ? " " : "").append(stage_names[at]);
            ((text += "//       ") += count == stage_count ? "*" : stages).append(": ").append(move) += "\n";
        }
    }
    return text;
}
} // namespace

TEST_CASE("machine: the comment shows the table") {
    std::ifstream file(std::filesystem::path(__FILE__).parent_path() / "../../supervise/machine_table.cpp");
    std::string line, comment;
    bool inside = false;
    while (std::getline(file, line) && line.starts_with("//")) {
        inside = inside || line.starts_with("//   ");
        if (inside) comment += line + "\n";
    }
    // If this fails after a change of the table: the text to put there is
    CHECK(comment == table_text());
}

TEST_CASE("machine: every letter is an event of the name of its command") {
    for (const letter& each : letters) {
        event what = event_of(each);
        CHECK(what.letter == each.name);
        CHECK(static_cast<unsigned>(what.kind) == static_cast<unsigned>(each.meaning));
    }
    CHECK(describe(event_of(*find_letter('U')).kind).event == "upgrade");
    CHECK(describe(event_of(*find_letter('u')).kind).event == "up");
    CHECK(describe(event_of(*find_letter('c')).kind).event == "go_on");
}

TEST_CASE("machine: every event is defined in every stage") {
    for (std::size_t kind = 0; kind < event_count; ++kind)
        for (std::size_t at = 0; at < stage_count; ++at) {
            tried_machine t;
            t.m.at = static_cast<stage>(at);
            t.m.main_alive = t.m.at == stage::up || t.m.at == stage::ready || t.m.at == stage::stopping;
            t.m.readiness = t.m.is_ready() ? 1 : 0;
            std::string_view move = describe(static_cast<event_kind>(kind)).moves[at];
            auto before = t.m;
            CHECK(t.feed({static_cast<event_kind>(kind), exited(1), 't', 10}) != "overflow");
            if (move == "-") {
                CHECK(t.m.at == before.at);
                CHECK(t.m.deadlines == before.deadlines);
                CHECK(t.m.wanted == before.wanted);
            }
            CHECK(t.m.is_ready() == (t.m.readiness % 2 == 1));
        }
}

TEST_CASE("machine: each stage has its phase") {
    CHECK(phase_of(stage::condition) == phase::starting);
    CHECK(phase_of(stage::undoing) == phase::stopping);
    CHECK(phase_of(stage::clearing) == phase::stopping);
    for (std::size_t at = 0; at < stage_count; ++at) {
        std::string_view shown = name_of(phase_of(static_cast<stage>(at)));
        bool own = false;
        for (std::string_view name : phase_names) own = own || name == stage_names[at];
        if (own) CHECK(shown == stage_names[at]);
    }
}

TEST_CASE("machine: causes of plain ends") {
    CHECK(cause_of(exited(3)) == cause::exited);
    CHECK(cause_of(SIGTERM) == cause::killed);
    CHECK(cause_of(SIGSEGV | 0x80) == cause::dumped);
}

TEST_CASE("machine: the earliest deadline comes first, and is taken off") {
    tried_machine t;
    event due;
    CHECK_FALSE(take_due(t.m, t.now, due));
    t.m.deadlines[static_cast<std::size_t>(timer::watchdog)] = t.now + 5;
    t.m.deadlines[static_cast<std::size_t>(timer::probe)] = t.now + 3;
    CHECK(t.m.next_deadline() == t.now + 3);
    CHECK_FALSE(take_due(t.m, t.now + 2, due));
    REQUIRE(take_due(t.m, t.now + 10, due));
    CHECK(due.kind == event_kind::probe_due);
    REQUIRE(take_due(t.m, t.now + 10, due));
    CHECK(due.kind == event_kind::watchdog_due);
    CHECK_FALSE(take_due(t.m, t.now + 10, due));
}
