// The requests that are not over: which orders still have no result, which clients wait, and the keys by which the same
// request is known again. Pure: results come from the reconciler, the time is given, and what is due for a client is
// handed to the caller.
#pragma once

#include "depengine/answers.hpp"

#include <deque>
#include <functional>
#include <list>
#include <string>
#include <vector>

namespace reeve::depengine {

using client = std::uint64_t; // request_socket.hpp; 0: it has gone

struct open_request {
    std::uint64_t id = 0;
    std::string key;      // empty: none
    std::string sameness; // what is asked for, as text: two requests with one key must agree in it
    std::string plan;     // its line
    std::vector<client> clients;
    std::vector<followed_order> waiting; // by node
    std::vector<ended_order> ended;
    std::vector<node> concerned; // whose events its clients are sent; sorted
    std::int64_t deadline = 0;   // monotonic ms; 0: none
    irreversible_lock lock;      // owner empty: none
    bool stops_tree = false;     // when it is over, svscan is told
};

class request_book {
public:
    std::uint64_t next_id() { return ++last_id_; }
    // It must have something to wait for.
    void open(open_request made, std::size_t nodes);
    const std::list<open_request>& open() const { return open_; }
    bool empty() const { return open_.empty(); }

    // The request with this key that is open, or one that was over not long before `now`.
    open_request* find(std::string_view key);
    struct past {
        std::uint64_t id;
        std::string key, sameness, plan, result;
        std::int64_t over;
    };
    const past* find_past(std::string_view key, std::int64_t now) const;

    // Looks for results of those services, or of all, and hands over requests that are complete.
    using finish = std::function<void(open_request&)>;
    void look(const reconciler& now, std::span<const node> at, const finish& complete);
    void look_at_all(const reconciler& now, const finish& complete);
    // What has no result by `now` gets `timeout`.
    void expire(const reconciler& state, std::int64_t now, const finish& complete);
    std::int64_t first_deadline() const; // 0: there is none
    // All that is without a result gets this one.
    void end_all(const graph& services, const order_result& how, const finish& complete);

    void remember(past one);
    void forget(client who);
    // Nodes have other numbers; what is gone gets a result.
    void renumber(const graph& before, const graph& after);

private:
    bool look_at(const reconciler& now, open_request& one, node which);
    void end(open_request& one, const graph& services, std::size_t at, order_result how);
    void mark(std::size_t nodes);
    void take_complete(const finish& complete);

    std::list<open_request> open_;
    std::deque<past> past_;
    std::vector<bool> followed_; // by node: some request waits for it
    std::uint64_t last_id_ = 0;
};

} // namespace reeve::depengine
