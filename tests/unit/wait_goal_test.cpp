#include "tools/wait_goal.hpp"

#include <doctest/doctest.h>

using namespace reeve::tools;
using reeve::supervise::phase;
using reeve::supervise::status_record;
using reeve::supervise::want;

namespace {
status_record in_phase(phase where, want wanted = want::down) {
    status_record record;
    record.phase = where;
    record.want = wanted;
    record.supervise_pid = 7;
    return record;
}

struct row {
    phase where;
    bool up, ready, down, down_for_good;
};
constexpr row rows[] = {
    {phase::down, false, false, true, true},       {phase::starting, false, false, false, false},
    {phase::up, true, false, false, false},        {phase::ready, true, true, false, false},
    {phase::stopping, false, false, false, false}, {phase::finishing, false, false, true, false},
    {phase::backoff, false, false, true, false},   {phase::failed, false, false, true, true},
    {phase::skipped, false, false, true, true},    {phase::done, true, true, false, false},
};
static_assert(std::size(rows) == reeve::supervise::phase_names.size());
} // namespace

TEST_CASE("what each phase is enough for") {
    for (const auto& one : rows) {
        CAPTURE(reeve::supervise::name_of(one.where));
        auto record = in_phase(one.where);
        auto reached = [&](wait_goal goal) { return judge(goal, record, true) == wait_answer::reached; };
        CHECK(reached(wait_goal::up) == one.up);
        CHECK(reached(wait_goal::ready) == one.ready);
        CHECK(reached(wait_goal::down) == one.down);
        CHECK(reached(wait_goal::down_for_good) == one.down_for_good);
        CHECK(reached(wait_goal::failed) == (one.where == phase::failed));
    }
}

TEST_CASE("a service that is down but wanted up is not down for good, unless its engine says when") {
    auto record = in_phase(phase::down, want::up);
    CHECK(judge(wait_goal::down, record, true) == wait_answer::reached);
    CHECK(judge(wait_goal::down_for_good, record, true) == wait_answer::not_yet);
    record.waits_for_engine = true;
    CHECK(judge(wait_goal::down_for_good, record, true) == wait_answer::reached);
}

TEST_CASE("without a supervise only one that exited in good order tells something") {
    auto record = in_phase(phase::down);
    for (auto goal : all_wait_goals) CHECK(judge(goal, record, false) == wait_answer::not_running);
    record.supervise_pid = 0;
    CHECK(judge(wait_goal::up, record, false) == wait_answer::not_running);
    CHECK(judge(wait_goal::ready, record, false) == wait_answer::not_running);
    CHECK(judge(wait_goal::failed, record, false) == wait_answer::not_running);
    CHECK(judge(wait_goal::down, record, false) == wait_answer::reached);
    CHECK(judge(wait_goal::down_for_good, record, false) == wait_answer::reached);
}

TEST_CASE("the record of another family") {
    status_record record;
    record.foreign = true;
    record.phase = phase::up;
    record.pid = 5;
    CHECK(judge(wait_goal::ready, record, true) == wait_answer::reached);
    CHECK(judge(wait_goal::down, record, false) == wait_answer::not_running);
    record.phase = phase::down;
    record.pid = 0;
    CHECK(judge(wait_goal::down_for_good, record, false) == wait_answer::reached);
    record.want = want::up;
    CHECK(judge(wait_goal::down_for_good, record, true) == wait_answer::not_yet);
}

TEST_CASE("the words that are goals") {
    CHECK(find_wait_goal("-f") == wait_goal::failed);
    CHECK(find_wait_goal("-D") == wait_goal::down_for_good);
    for (const char* word : {"", "-", "u", "-x", "-uD", "--"}) CHECK_FALSE(find_wait_goal(word));
}
