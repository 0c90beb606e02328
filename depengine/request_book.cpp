#include "depengine/request_book.hpp"

#include <algorithm>

namespace reeve::depengine {

namespace {
constexpr std::int64_t remembered_ms = 60'000;
constexpr std::size_t most_past = 256;

bool before(const followed_order& one, node which) {
    return one.what.which < which;
}
} // namespace

void request_book::open(open_request made, std::size_t nodes) {
    std::sort(made.waiting.begin(), made.waiting.end(), [](const followed_order& a, const followed_order& b) {
        return std::tie(a.what.which, a.what.what) < std::tie(b.what.which, b.what.what);
    });
    followed_.reserve(nodes); // without memory it is not opened at all
    open_.push_back(std::move(made));
    mark(nodes);
}

void request_book::mark(std::size_t nodes) {
    followed_.assign(nodes, false);
    for (const auto& one : open_)
        for (const auto& order : one.waiting) followed_[order.what.which] = true;
}

open_request* request_book::find(std::string_view key) {
    for (auto& one : open_)
        if (!key.empty() && one.key == key) return &one;
    return nullptr;
}

const request_book::past* request_book::find_past(std::string_view key, std::int64_t now) const {
    for (const past& one : past_)
        if (!key.empty() && one.key == key && now - one.over < remembered_ms) return &one;
    return nullptr;
}

void request_book::remember(past one) {
    if (one.key.empty()) return;
    std::erase_if(
        past_, [&](const past& old) { return old.key == one.key || one.over - old.over >= remembered_ms; });
    if (past_.size() == most_past) past_.pop_front();
    past_.push_back(std::move(one));
}

void request_book::end(open_request& one, const graph& services, std::size_t at, order_result how) {
    const order& what = one.waiting[at].what;
    std::string culprit;
    if (how.culprit != no_node) culprit = services.name(how.culprit);
    one.ended.push_back(
        {std::string(services.name(what.which)), what.what, std::move(how), std::move(culprit)});
    one.waiting.erase(one.waiting.begin() + static_cast<std::ptrdiff_t>(at));
}

bool request_book::look_at(const reconciler& now, open_request& one, node which) {
    auto first = std::lower_bound(one.waiting.begin(), one.waiting.end(), which, before);
    auto at = static_cast<std::size_t>(first - one.waiting.begin());
    bool found = false;
    while (at < one.waiting.size() && one.waiting[at].what.which == which) {
        auto result = result_of(now, one.waiting[at]);
        if (!result) {
            ++at;
            continue;
        }
        end(one, now.services(), at, std::move(*result));
        found = true;
    }
    return found;
}

void request_book::look(const reconciler& now, std::span<const node> at, const finish& complete) {
    if (open_.empty()) return;
    bool found = false;
    for (node which : at)
        if (followed_[which])
            for (auto& one : open_) found = look_at(now, one, which) || found;
    if (found) take_complete(complete);
}

void request_book::look_at_all(const reconciler& now, const finish& complete) {
    for (auto& one : open_)
        for (std::size_t i = one.waiting.size(); i > 0; --i)
            if (auto result = result_of(now, one.waiting[i - 1]))
                end(one, now.services(), i - 1, std::move(*result));
    take_complete(complete);
}

void request_book::expire(const reconciler& state, std::int64_t now, const finish& complete) {
    for (auto& one : open_) {
        if (one.deadline == 0 || one.deadline > now) continue;
        while (!one.waiting.empty()) {
            node which = one.waiting.back().what.which;
            std::string phase(supervise::name_of(state.seen(which).phase));
            end(one, state.services(), one.waiting.size() - 1, {ending::timeout, no_node, std::move(phase)});
        }
    }
    take_complete(complete);
}

std::int64_t request_book::first_deadline() const {
    std::int64_t first = 0;
    for (const auto& one : open_)
        if (one.deadline != 0 && (first == 0 || one.deadline < first)) first = one.deadline;
    return first;
}

void request_book::end_all(const graph& services, const order_result& how, const finish& complete) {
    for (auto& one : open_)
        while (!one.waiting.empty()) end(one, services, one.waiting.size() - 1, how);
    take_complete(complete);
}

// A request that is over is out of the book before anybody is told.
void request_book::take_complete(const finish& complete) {
    for (auto one = open_.begin(); one != open_.end();) {
        auto next = std::next(one);
        if (one->waiting.empty()) {
            std::list<open_request> done;
            done.splice(done.begin(), open_, one);
            std::sort(done.front().ended.begin(), done.front().ended.end(),
                      [](const ended_order& a, const ended_order& b) {
                          return std::tie(a.service, a.what) < std::tie(b.service, b.what);
                      });
            mark(followed_.size());
            complete(done.front());
        }
        one = next;
    }
}

void request_book::forget(client who) {
    for (auto& one : open_) std::replace(one.clients.begin(), one.clients.end(), who, client{0});
}

// As a whole or, without memory, not at all.
void request_book::renumber(const graph& before, const graph& after) {
    request_book made;
    made.open_ = open_;
    for (auto& one : made.open_) {
        for (std::size_t i = one.waiting.size(); i > 0; --i) {
            auto& order = one.waiting[i - 1];
            node now = after.find(before.name(order.what.which));
            if (now != no_node)
                order.what.which = now;
            else
                made.end(one, before, i - 1, {ending::failed, no_node, "the service was removed"});
        }
        for (node& old : one.concerned) old = after.find(before.name(old));
        std::erase(one.concerned, no_node);
        for (order& old : one.lock.orders) old.which = after.find(before.name(old.which));
        std::erase_if(one.lock.orders, [](const order& old) { return old.which == no_node; });
    }
    made.mark(after.size());
    open_.swap(made.open_);
    followed_.swap(made.followed_);
}

} // namespace reeve::depengine
