// A queue of moments at which supervises are due to start. Entries are never taken out early: whoever pops one
// checks that it still holds. Costs nothing while empty.
#pragma once

#include "svscan/tree_events.hpp"

#include <algorithm>

namespace reeve::svscan {

class deadline_queue {
public:
    struct entry {
        moment when;
        supervisor_id who;
    };

    void add(moment when, supervisor_id who) {
        entries_.push_back({when, who});
        std::push_heap(entries_.begin(), entries_.end(), later);
    }
    const entry* first() const { return entries_.empty() ? nullptr : &entries_.front(); }
    entry pop() {
        std::pop_heap(entries_.begin(), entries_.end(), later);
        entry due = entries_.back();
        entries_.pop_back();
        return due;
    }

private:
    static bool later(const entry& a, const entry& b) { return a.when > b.when; }
    std::vector<entry> entries_;
};

} // namespace reeve::svscan
