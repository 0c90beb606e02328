// After it has been built the reconciler takes no memory, whatever happens.
#include "tests/unit/allocation_count.hpp"
#include "tests/unit/tried_tree.hpp"

#include <doctest/doctest.h>

using namespace reeve::depengine;
using reeve::supervise::phase;
using reeve::supervise::want;
using reeve::tests::allocations;

TEST_CASE("observe, settle, restart and retry allocate nothing") {
    reeve::tests::tried_tree tree(
        "db up\nbound up binds-to/db\nweb up requires/db\nall target up requires/web "
        "on-failure/alarm\nalarm\nkept persistent wants/db\n");
    reconciler& engine = *tree.engine;
    std::uint64_t before = allocations();
    std::uint64_t clock = 100;
    std::size_t letters = 0;
    auto run = [&] {
        std::array<letter_to, 16> due{};
        for (std::size_t count = 1; count != 0;) {
            auto sent = engine.settle();
            count = sent.size();
            std::copy(sent.begin(), sent.end(), due.begin());
            for (std::size_t i = 0; i < count; ++i, ++letters) {
                observation now = engine.seen(due[i].to);
                ++now.commands;
                now.want = due[i].letter == 'u' ? want::up : want::down;
                now.phase = due[i].letter == 'u' ? phase::ready : phase::down;
                now.starts += due[i].letter == 'u';
                now.main_start = ++clock;
                engine.observe(due[i].to, now);
            }
        }
    };
    node db = tree.at("db");
    engine.restart(db);
    run();
    observation failed = engine.seen(db);
    failed.phase = phase::failed;
    engine.observe(db, failed);
    run();
    engine.retry(db);
    run();
    for (node i = 0; i < engine.services().size(); ++i) engine.change(i).intent = intent::down;
    run();
    CHECK(allocations() == before);
    CHECK(letters > 10);
}
