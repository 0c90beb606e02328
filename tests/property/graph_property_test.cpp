// Random trees, random requests and random misfortunes: the engine ends where the reference model says, and at no
// moment on the way does it start or stop anything before its turn.
#include "tests/property/tree_case.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace reeve::tests;
using namespace reeve::depengine;
using kind = happening::kind;

namespace {
// What differs between the model and the tree, both at rest.
std::string difference(const naive_model& model, const simulated_tree& tree, std::size_t services) {
    std::array<bool, most_services> running{};
    for (node i = 0; i < services; ++i) running[i] = tree.engine().stands(i).run;
    for (node i = 0; i < services; ++i) {
        const auto& is = model[i];
        const wish& wished = tree.engine().wished(i);
        if (wished.intent != is.asked) return service_name(i) + ": the intent is wrong";
        if (tree.engine().goal(i) != is.goal) return service_name(i) + ": the goal is wrong";
        if (running[i] != is.run) return service_name(i) + ": run is " + (running[i] ? "true" : "false");
        if (tree.up(i) != is.up) return service_name(i) + ": it is " + (is.up ? "not up" : "up");
    }
    return {};
}

// Whether the runs, other than the model's, are as good an answer: conflicts and needs can go round in a circle that
// has two.
bool another_answer(naive_model model, const simulated_tree& tree, std::size_t services) {
    std::array<bool, most_services> running{}, up{};
    for (node i = 0; i < services; ++i) {
        running[i] = tree.engine().stands(i).run;
        up[i] = tree.up(i);
    }
    bool differs = false;
    model.unchoose(up);
    for (std::size_t i = 0; i < services; ++i) {
        if (model.can_run(i, running) != running[i]) return false;
        differs = differs || running[i] != model[i].run;
    }
    return differs;
}

std::string wrong_result(const naive_model& before, const naive_model& after, const simulated_tree& tree,
                         const happening& what) {
    for (const auto& [order, at] : tree.followed()) {
        auto [asked, who] = what.orders[at];
        auto result = result_of(tree.engine(), order);
        if (asked == verb::reload || asked == verb::try_reload || asked == verb::reload_or_start) continue;
        std::string name = std::string(name_of(asked)) + "(" + service_name(who) + ")";
        if (!result) return name + " has no result";
        ending is = result->how;
        const auto& end = after[who];
        if (asked == verb::verify) {
            if ((is == ending::done) != end.up) return name + ": verify is wrong";
            continue;
        }
        if (asked == verb::stop || asked == verb::release) {
            if (!is_success(is)) return name + ": a stop ended as " + std::string(name_of(is));
            if (is == ending::already && before[who].up) return name + ": it was not so already";
            continue;
        }
        bool fits = end.up ? is == ending::done || is == ending::already
                    : asked == verb::try_restart && !before[who].up ? is == ending::already
                    : end.why == spent::skipped                     ? is == ending::skipped
                    : end.why == spent::failed                      ? is == ending::failed
                    : end.why == spent::ended ? is == ending::done || is == ending::failed
                                              : is == ending::held || is == ending::dependency;
        if (is == ending::dependency && !after.failed_somewhere()) fits = false;
        if (!fits) return name + " ended as " + std::string(name_of(is));
    }
    return {};
}

// Whether the plan named just the letters that were then sent.
std::string wrong_plan(const plan& said, std::vector<letter_to> sent) {
    std::vector<std::pair<node, char>> planned, done;
    for (const plan_step& step : said.steps)
        if (step.letter == 'u' || step.letter == 'd') planned.emplace_back(step.which, step.letter);
    for (letter_to one : sent) done.emplace_back(one.to, one.letter);
    auto text = [](const auto& letters) {
        std::string words;
        for (auto [to, letter] : letters) (((words += ' ') += letter) += ':') += service_name(to);
        return words;
    };
    auto planned_text = text(planned), done_text = text(done);
    std::sort(planned.begin(), planned.end());
    std::sort(done.begin(), done.end());
    return planned == done ? "" : "the plan was" + planned_text + ", but sent was" + done_text;
}

bool new_bond(const small_tree& before, const small_tree& after) {
    relations bond = set_of(relation::binds_to);
    for (std::size_t i = 0; i < after.size(); ++i)
        for (std::size_t k = 0; k < after.size(); ++k)
            if (after.has(i, k, bond) && !before.has(i, k, bond)) return true;
    return false;
}

// The model knows no times. Whether it is a matter of time alone how it ends: without order, what is needed only to start may fail before or after
// that.
bool is_a_race(const happening& what, const small_tree& definitions, simulated_tree& tree) {
    if (what.what != kind::ask || what.how != mode::ignore_order) return false;
    bool milestones = false, fails = false;
    for (std::size_t i = 0; i < definitions.size(); ++i) {
        fails = fails || tree.supervisor(i).goes != fate::well;
        for (std::size_t k = 0; k < definitions.size(); ++k)
            milestones = milestones || definitions.has(i, k, set_of(relation::milestone));
    }
    return milestones && fails;
}

// Whether a new process concerns a bond that does not count while one of the two is asked for alone: once it counts
// again, it matters which of them started first.
bool is_past_a_bond(const happening& what, const small_tree& definitions, const naive_model& model) {
    auto concerns = [&](std::size_t who, bool alone) {
        for (std::size_t i = 0; i < definitions.size(); ++i)
            if (definitions.has(i, who, set_of(relation::binds_to)) &&
                (alone || model[i].alone || model[who].alone))
                return true;
        return false;
    };
    if (what.what != kind::ask) return concerns(what.who, false);
    for (const auto& [asked, who] : what.orders)
        if (what.how == mode::only && concerns(who, true)) return true;
    return false;
}

struct tally {
    std::size_t asked = 0, refused = 0, undecided = 0, other_answers = 0;
};

// One thing happens after the other, each when the tree is at rest.
std::string try_quietly(const tree_case& one, tally& counts) {
    random_numbers random(one.seed);
    simulated_tree tree(one.tree, random, one.tell);
    naive_model model(one.tree);
    small_tree definitions = one.tree;
    tree.come_to_rest();
    for (std::size_t step = 0; step <= one.happenings.size(); ++step) {
        std::size_t services = one.tree.size();
        if (!tree.broken().empty()) return tree.broken();
        if (model.undecided()) return ++counts.undecided, "";
        std::string wrong = difference(model, tree, services);
        if (!wrong.empty() && another_answer(model, tree, services)) return ++counts.other_answers, "";
        if (!wrong.empty()) return wrong + " after " + std::to_string(step) + " happenings" + tree.story();
        if (step == one.happenings.size()) break;

        happening what = one.happenings[step];
        bool process = definitions.services[what.who].kind == reeve::supervise::service_kind::process;
        bool ends = what.what == kind::crash || what.what == kind::fail || what.what == kind::end;
        if (ends && !process) continue;
        // What a hand starts may be over before anybody looked.
        bool unseen = tree.supervisor(what.who).goes != fate::well && what.what == kind::hand_up;
        if (unseen || is_a_race(what, definitions, tree)) continue;
        if (is_past_a_bond(what, definitions, model)) continue;
        if (what.what == kind::new_definitions) {
            random_numbers draw(what.seed);
            small_tree earlier = definitions;
            change_tree(definitions, draw);
            // A new bond asks which of the two started first: the model knows no times.
            if (new_bond(earlier, definitions)) return {};
            tree.happen(what);
            model.change_definitions(definitions);
            tree.come_to_rest();
            continue;
        }
        if (what.what != kind::ask) {
            model.happen(what);
            tree.happen(what);
            tree.come_to_rest();
            continue;
        }
        naive_model before = model;
        bool accepted = model.happen(what);
        outcome planned = tree.plan(what);
        happening turned = what;
        std::reverse(turned.orders.begin(), turned.orders.end());
        if (planned.plan.hash != tree.plan(turned).plan.hash)
            return "the plan depends on the order of the arguments";
        bool well = true;
        for (std::size_t i = 0; i < services; ++i) well = well && before[i].goes == fate::well;
        tree.forget_letters();
        ++counts.asked;
        counts.refused += !accepted;
        if (tree.ask(what) != accepted)
            return text_of(what) +
                   (accepted ? ": refused: " + planned.refusals.at(0) : ": should be refused");
        tree.come_to_rest();
        if (!tree.broken().empty()) return tree.broken() + ", after " + text_of(what);
        if (!accepted || model.undecided()) continue;
        if (difference(model, tree, services).empty()) {
            if (std::string bad = wrong_result(before, model, tree, what); !bad.empty()) return bad;
            if (well)
                if (std::string bad = wrong_plan(planned.plan, tree.letters()); !bad.empty())
                    return bad + ", for " + text_of(what);
        }
    }
    // Of what is there already nothing is left to do.
    for (node i = 0; i < one.tree.size(); ++i) {
        happening again;
        again.orders = {{verb::start, i}};
        if (!model[i].up || model[i].asked != intent::up || tree.engine().wished(i).alone) continue;
        plan left = tree.plan(again).plan;
        if (!left.notes.empty()) continue; // it takes something back, such as the intent of what loses to it
        for (const plan_step& step : left.steps)
            if (model[step.which].up)
                return "the plan of what is there already is not empty: " + service_name(step.which) + " " +
                       step.letter + " " + reason_text(tree.services(), step);
    }
    return {};
}

// Things happen at any moment, whatever is still going on.
std::string try_busily(const tree_case& one) {
    random_numbers random(one.seed);
    simulated_tree tree(one.tree, random, one.tell);
    for (const happening& what : one.happenings) {
        tree.pass(random.below(12));
        if (random.chance(5)) tree.kill_engine_after(1 + random.below(6));
        tree.happen(what);
    }
    tree.come_to_rest();
    return tree.broken();
}
} // namespace

TEST_CASE("property: a tree ends where the naive model says") {
    tally counts;
    std::string broken = try_cases(8, [&](const tree_case& one) { return try_quietly(one, counts); });
    if (!broken.empty()) FAIL(broken);
    MESSAGE(counts.asked, " requests, ", counts.refused, " refused; without an answer ", counts.undecided,
            ", with two ", counts.other_answers);
    CHECK(counts.refused < counts.asked);
    CHECK(counts.undecided + counts.other_answers < property_cases() / 20 + 2);
}

TEST_CASE("property: nothing starts or stops before its turn, and all comes to rest, whatever happens when") {
    std::string broken = try_cases(12, try_busily);
    if (!broken.empty()) FAIL(broken);
}
