// The meaning of the relations once more, as slowly and plainly as it can be said: everything is found anew from the
// intents by going round until nothing changes. It knows nothing of letters, records and waiting; it says where a tree
// comes to rest after something has happened to a tree at rest. Written from sv-relations(5), not from the engine.
#pragma once

#include "depengine/service_state.hpp"
#include "tests/property/happening.hpp"

#include <array>

namespace reeve::tests {

// Why a service is at rest although it is to run.
enum class spent { no, skipped, failed, ended };

class naive_model {
public:
    explicit naive_model(const small_tree& tree);

    // False: the request is refused.
    bool happen(const happening& what);
    void change_definitions(const small_tree& tree);
    // Conflicts and needs go round in a circle that has no answer: nothing can be said of this case any more.
    bool undecided() const { return undecided_; }
    // Forgets who was chosen at the last rest, and who is up, to judge another answer.
    void unchoose(const std::array<bool, most_services>& up) {
        for (std::size_t i = 0; i < most_services; ++i) {
            services_[i].chosen = services_[i].chosen_before;
            services_[i].up = up[i];
            services_[i].back = false;
        }
        compute_goals();
    }

    struct service {
        depengine::intent asked = depengine::intent::none;
        bool alone = false;
        bool up = false;
        bool chosen = false;        // was to run when all was last at rest
        bool chosen_before = false; // and at the rest before that
        bool back = false;          // on its way back from a restart
        spent why = spent::no;
        bool failed = false; // its last start ended in failure, and no other is due; whoever wants it or not
        bool failure_on_record = false; // the same, whether another start is due or not
        fate goes = fate::well;
        std::uint64_t starts = 0;
        bool goal = false, run = false;
        bool tried = false; // started, or tried to, since the last thing happened
    };
    const service& operator[](std::size_t which) const { return services_[which]; }

    // Whether `which` is to run if those that run are `running`.
    bool can_run(std::size_t which, const std::array<bool, most_services>& running) const;
    bool failed_somewhere() const;

private:
    void compute_needs();
    void compute_goals();
    void compute_runs();
    void come_to_rest();
    void start(std::size_t which);
    void restart(std::size_t which);
    bool ask(const happening& what);
    bool impossible(std::size_t which) const;

    small_tree tree_;
    std::array<service, most_services> services_{};
    // Who needs whom, directly or not, in a way that holds it; who can therefore never run.
    std::array<std::array<bool, most_services>, most_services> needs_{};
    std::array<bool, most_services> impossible_{};
    bool undecided_ = false;
};

} // namespace reeve::tests
