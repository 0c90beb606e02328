#include "tests/property/simulated_tree.hpp"

namespace reeve::tests {

using namespace depengine;

namespace {
constexpr supervise::tree_id this_tree{1, 2, 3};
}

simulated_tree::simulated_tree(const small_tree& tree, random_numbers& random, bool tells)
    : tree_(tree)
    , random_(random)
    , tells_(tells) {
    graph_ = std::make_unique<graph>(definitions_of(tree, random));
    for (const small_service& one : tree.services) supervisors_.emplace_back(one.kind, true);
    format_tree(this_tree, disk_);
    new_engine();
    begun_ = true;
}

bool simulated_tree::up(std::size_t which) const {
    if (tree_.is_target(which)) return engine_->stands(static_cast<node>(which)).ready;
    return supervisors_[which].record.ready();
}

// What the shell does when it starts: wishes from disk, first sights, and the records as they come.
void simulated_tree::new_engine() {
    parsed_intents parsed = parse_intents(disk_);
    if (!parsed.tree || !parsed.problems.empty()) fail("the file of intents cannot be read back");
    std::vector<wish> wishes(tree_.size());
    for (std::size_t i = 0; i < tree_.size(); ++i) {
        auto found = parsed.wishes.find(service_name(i));
        if (found != parsed.wishes.end())
            wishes[i] = found->second;
        else if (tree_.exists(i) && !tree_.services[i].down)
            wishes[i].intent = intent::up;
    }
    engine_ = std::make_unique<reconciler>(*graph_, std::move(wishes));
    dead_ = false;
    // It reads all records, and looks into all pipes, before it does anything.
    if (!begun_) return;
    for (node i = 0; i < tree_.size(); ++i) {
        if (!tree_.exists(i) || tree_.is_target(i)) continue;
        engine_->observe(i, supervisors_[i].record);
        engine_->unread(i, supervisors_[i].fifo.size());
        supervisors_[i].stale = false;
    }
}

void simulated_tree::change_definitions(const small_tree& tree) {
    run_engine();
    tree_ = tree;
    auto fresh = std::make_unique<graph>(definitions_of(tree, random_));
    std::vector<wish> wishes(tree_.size());
    for (node i = 0; i < tree_.size(); ++i) wishes[i] = engine_->wished(i);
    auto next = std::make_unique<reconciler>(*fresh, std::move(wishes));
    next->take_over(*engine_);
    engine_ = std::move(next);
    graph_ = std::move(fresh);
}

request simulated_tree::request_of(const happening& what) const {
    request made;
    for (const auto& [order, who] : what.orders) made.orders.push_back({order, static_cast<node>(who)});
    made.how = what.how;
    made.owner = "test";
    return made;
}

outcome simulated_tree::plan(const happening& what) const {
    return planner(*engine_, lock_).plan_of(request_of(what));
}

bool simulated_tree::ask(const happening& what) {
    if (tells_) (story_ += "\n    ") += text_of(what);
    run_engine();
    request made = request_of(what);
    std::vector<followed_order> orders;
    for (const order& one : made.orders) orders.push_back(follow(*engine_, one));
    outcome found = planner(*engine_, lock_).apply(made, *engine_);
    followed_.clear();
    if (!found) return false;
    for (std::size_t i = 0; i < orders.size(); ++i) followed_.emplace_back(orders[i], i);
    for (const plan_step& step : found.plan.steps)
        if (step.letter == 'l' || step.letter == '0') {
            if (tree_.is_target(step.which)) continue;
            supervisors_[step.which].fifo.push_back(step.letter);
            engine_->sent_beside(step.which);
        }
    return true;
}

void simulated_tree::happen(const happening& what) {
    simulated_supervisor& one = supervisors_[what.who];
    if (tells_) (story_ += "\n    ") += text_of(what);
    bool ours = tree_.exists(what.who) && !tree_.is_target(what.who);
    using kind = happening::kind;
    switch (what.what) {
    case kind::ask: ask(what); break;
    case kind::crash:
    case kind::fail:
    case kind::end:
        if (ours && one.record.phase == supervise::phase::ready) one.die(what.what);
        break;
    case kind::hand_up:
    case kind::hand_down:
        if (!ours || one.fifo.size() > 2) break;
        one.fifo.push_back(what.what == kind::hand_up ? 'u' : 'd');
        one.by_hand = true;
        break;
    case kind::new_supervisor:
        if (ours) one.replace();
        break;
    case kind::new_fate: one.goes = what.becomes; break;
    case kind::new_engine: new_engine(); break;
    case kind::new_definitions: {
        small_tree changed = tree_;
        random_numbers draw(what.seed);
        change_tree(changed, draw);
        change_definitions(changed);
        if (tells_) story_ += ":\n" + text_of(changed);
        // What lives already when a conflict is declared is none of the engine's doing.
        for (std::size_t i = 0; i < tree_.size(); ++i)
            for (std::size_t k = 0; k < tree_.size(); ++k)
                if (i != k && tree_.conflict(i, k)) supervisors_[i].by_hand = true;
        break;
    }
    }
}

// One thing that the engine does to the world. False: it is killed before it can.
bool simulated_tree::thing() {
    ++things_done_;
    if (life_ != 0 && --life_ == 0) dead_ = true;
    return !dead_;
}

void simulated_tree::write_down() {
    std::string text;
    format_tree(this_tree, text);
    for (node i = 0; i < tree_.size(); ++i) format_wish(service_name(i), engine_->wished(i), text);
    if (thing()) disk_ = text;
}

void simulated_tree::save() {
    std::size_t life = std::exchange(life_, 0);
    write_down();
    life_ = life;
}

void simulated_tree::run_engine() {
    std::span<const letter_to> due = engine_->settle();
    std::vector<letter_to> send(due.begin(), due.end());
    if (engine_->take_wishes_changed()) write_down();
    for (letter_to one : send) {
        if (dead_ || !thing()) break;
        tell(one.letter == 'u' ? "engine sends u to" : "engine sends d to", one.to);
        check_letter(one);
        letters_.push_back(one);
        if (random_.chance(2) && supervisors_[one.to].fifo.empty()) { // the pipe was full
            engine_->not_sent(one.to);
            supervisors_[one.to].stale = true;
            supervisors_[one.to].record.commands += 1;
            letters_.pop_back();
            continue;
        }
        supervisors_[one.to].fifo.push_back(one.letter);
        if (one.letter != 'u') continue;
        // With mode `only` somebody wanted it so.
        bool& excused = supervisors_[one.to].by_hand;
        excused = engine_->wished(one.to).alone;
        for (node k = 0; k < tree_.size(); ++k)
            if (tree_.conflict(one.to, k) && engine_->wished(k).alone) excused = true;
    }
    if (!dead_) return;
    tell("the engine is killed", 0);
    life_ = 0;
    new_engine();
    run_engine();
}

void simulated_tree::observe(std::size_t which) {
    simulated_supervisor& one = supervisors_[which];
    one.stale = false;
    if (tells_)
        tell("engine sees " + std::string(supervise::name_of(one.record.phase)) + " commands " +
                 std::to_string(one.record.commands) + " of",
             which);
    engine_->observe(static_cast<node>(which), one.record);
}

// False: nothing can happen any more.
bool simulated_tree::one_step() {
    enum class step { record, letter, by_itself };
    std::vector<std::pair<step, std::size_t>> possible;
    for (std::size_t i = 0; i < tree_.size(); ++i) {
        if (!tree_.exists(i) || tree_.is_target(i)) continue;
        const simulated_supervisor& one = supervisors_[i];
        if (one.stale) possible.emplace_back(step::record, i);
        if (!one.fifo.empty()) possible.emplace_back(step::letter, i);
        if (one.can_move()) possible.emplace_back(step::by_itself, i);
    }
    if (possible.empty()) {
        std::size_t before = letters_.size(), things = things_done_;
        run_engine();
        if (engine_->take_actions_ended()) write_down();
        if (dead_) new_engine();
        return letters_.size() != before || things_done_ != things;
    }
    auto [what, which] = possible[random_.below(possible.size())];
    if (what == step::record)
        observe(which);
    else if (what == step::letter)
        supervisors_[which].take_letter(clock_);
    else
        supervisors_[which].move(clock_);
    if (what != step::record) tell(supervise::name_of(supervisors_[which].record.phase), which);
    if (what == step::record && random_.chance(70)) run_engine();
    check_conflicts();
    return true;
}

void simulated_tree::pass(std::size_t steps) {
    for (std::size_t i = 0; i < steps && broken_.empty() && one_step(); ++i) {
    }
}

void simulated_tree::come_to_rest() {
    for (unsigned steps = 0; broken_.empty() && one_step(); ++steps)
        if (steps > 4000) return fail("it never comes to rest");
    check_rest();
}

} // namespace reeve::tests
