// The connections that are served right now: a table of fixed size, one process each.
#pragma once

#include "chainload/helpers/arena.hpp"
#include "chainload/helpers/sockets/access_rule.hpp"

#include <algorithm>
#include <csignal>
#include <span>

namespace reeve::chainload {

class connection_table {
public:
    // False: out of memory.
    bool make(arena& memory, unsigned limit) {
        auto take = [&memory, limit](auto*& into, std::size_t size) {
            into = reinterpret_cast<std::remove_reference_t<decltype(into)>>(memory.take(limit * size));
            return into != nullptr;
        };
        limit_ = limit;
        return take(pids_, sizeof *pids_) && take(whose_, sizeof *whose_);
    }

    unsigned count() const { return count_; }
    unsigned limit() const { return limit_; }
    bool is_full() const { return count_ == limit_; }
    // How many are from the same address or user.
    unsigned count_of(const visitor& who) const {
        auto same = [&who](const visitor& other) {
            return who.by_address ? who.ip == other.ip : who.user == other.user;
        };
        return static_cast<unsigned>(std::count_if(whose_, whose_ + count_, same));
    }
    void add(pid_t pid, const visitor& who) {
        pids_[count_] = pid;
        whose_[count_++] = who;
    }
    // False: it is none of them.
    bool remove(pid_t pid) {
        auto at = std::find(pids_, pids_ + count_, pid) - pids_;
        if (at == count_) return false;
        --count_;
        pids_[at] = pids_[count_];
        whose_[at] = whose_[count_];
        return true;
    }
    std::span<const pid_t> pids() const { return {pids_, count_}; }

private:
    pid_t* pids_ = nullptr;
    visitor* whose_ = nullptr;
    unsigned count_ = 0, limit_ = 0;
};

} // namespace reeve::chainload
