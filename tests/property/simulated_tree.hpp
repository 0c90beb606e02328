// An engine and its simulated supervisors. Letters, records and ends of services come in an order drawn at random;
// the engine may be killed at any letter, and another one goes on from what is on disk. Watches what must hold at every
// single moment; the first thing that does not is kept.
#pragma once

#include "depengine/intents.hpp"
#include "depengine/planner.hpp"
#include "depengine/results.hpp"
#include "tests/property/simulated_supervisor.hpp"

#include <memory>
#include <optional>

namespace reeve::tests {

class simulated_tree {
public:
    // With `tells`, broken() ends with the story.
    simulated_tree(const small_tree& tree, random_numbers& random, bool tells = false);

    // What is asked for; false: refused.
    bool ask(const happening& what);
    void happen(const happening& what);
    // Some of what is going on goes on.
    void pass(std::size_t steps);
    // All of it, until nothing more can happen.
    void come_to_rest();
    // The engine dies before it has sent or written this many more things; 0: never.
    void kill_engine_after(std::size_t things) { life_ = things; }
    void new_engine();
    // What the engine wishes is written down, and it does not die of that.
    void save();
    void change_definitions(const small_tree& tree);

    depengine::outcome plan(const happening& what) const;
    const depengine::reconciler& engine() const { return *engine_; }
    const depengine::graph& services() const { return *graph_; }
    simulated_supervisor& supervisor(std::size_t which) { return supervisors_[which]; }
    bool up(std::size_t which) const;
    std::size_t things_done() const { return things_done_; }
    const std::vector<depengine::letter_to>& letters() const { return letters_; }
    void forget_letters() { letters_.clear(); }
    const std::vector<std::pair<depengine::followed_order, std::size_t>>& followed() const {
        return followed_;
    }
    // Empty: all was well.
    const std::string& broken() const { return broken_; }
    const std::string& story() const { return story_; }
    void check_rest();

private:
    depengine::request request_of(const happening& what) const;
    bool one_step();
    void observe(std::size_t which);
    void run_engine();
    bool thing();
    void write_down();
    void check_letter(depengine::letter_to one);
    void check_start(std::size_t which);
    void check_stop(std::size_t which);
    void check_conflicts();
    bool ordered(std::size_t from, std::size_t to) const;
    void fail(const std::string& what) {
        if (broken_.empty()) broken_ = what + story_;
    }
    void tell(std::string_view what, std::size_t which) {
        if (tells_) ((story_ += "\n    ") += what) += ' ' + service_name(which);
    }

    small_tree tree_;
    random_numbers& random_;
    std::unique_ptr<depengine::graph> graph_;
    std::unique_ptr<depengine::reconciler> engine_;
    depengine::irreversible_lock lock_;
    std::vector<simulated_supervisor> supervisors_;
    std::vector<depengine::letter_to> letters_;
    std::vector<std::pair<depengine::followed_order, std::size_t>> followed_;
    std::string disk_; // .depengine/intents
    std::string broken_, story_;
    std::uint64_t clock_ = 0;
    std::size_t life_ = 0, things_done_ = 0;
    bool dead_ = false, begun_ = false, tells_;
};

} // namespace reeve::tests
