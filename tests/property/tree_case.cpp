#include "tests/property/tree_case.hpp"

#include <algorithm>

namespace reeve::tests {

tree_case random_case(std::uint64_t seed, std::size_t most_happenings) {
    random_numbers random(~seed);
    tree_case made;
    made.seed = seed;
    made.tree = random_tree(random);
    std::size_t count = 1 + random.below(most_happenings);
    for (std::size_t i = 0; i < count; ++i)
        made.happenings.push_back(random_happening(random, made.tree.size()));
    return made;
}

std::string text_of(const tree_case& one) {
    std::string text = text_of(one.tree);
    for (const happening& what : one.happenings) text += "  - " + text_of(what) + "\n";
    return text;
}

namespace {
// Every case that is smaller by one thing.
std::vector<tree_case> smaller(const tree_case& from) {
    std::vector<tree_case> all;
    for (std::size_t i = 0; i < from.happenings.size(); ++i) {
        tree_case one = from;
        one.happenings.erase(one.happenings.begin() + static_cast<std::ptrdiff_t>(i));
        all.push_back(one);
    }
    for (std::size_t i = 0; i < from.happenings.size(); ++i)
        for (std::size_t k = 0; k < from.happenings[i].orders.size() && from.happenings[i].orders.size() > 1;
             ++k) {
            tree_case one = from;
            auto& orders = one.happenings[i].orders;
            orders.erase(orders.begin() + static_cast<std::ptrdiff_t>(k));
            all.push_back(one);
        }
    for (std::size_t i = 0; i < from.tree.size(); ++i)
        for (std::size_t k = 0; k < from.tree.size(); ++k)
            for (const auto& row : depengine::relation_table) {
                if (!from.tree.has(i, k, depengine::set_of(row.which))) continue;
                tree_case one = from;
                auto& what = one.tree.services[i].to[k];
                what = static_cast<depengine::relations>(what & ~depengine::set_of(row.which));
                all.push_back(one);
            }
    for (std::size_t i = 0; i < from.tree.size(); ++i)
        for (auto flag : {&small_service::persistent, &small_service::keep_on_isolate}) {
            if (!(from.tree.services[i].*flag)) continue;
            tree_case one = from;
            one.tree.services[i].*flag = false;
            all.push_back(one);
        }
    for (std::size_t i = 0; i < from.tree.size(); ++i)
        if (!from.tree.services[i].down) {
            tree_case one = from;
            one.tree.services[i].down = true;
            all.push_back(one);
        }
    return all;
}

// What is wrong, whichever services it is about: words of one letter and numbers do not count.
std::string essence(const std::string& broken) {
    std::string kept;
    for (std::size_t at = 0; at < broken.size();) {
        std::size_t end = std::min(broken.find_first_of(" :,()", at), broken.size());
        if (end - at > 1) kept += broken.substr(at, end - at) + ' ';
        at = end + 1;
    }
    return kept;
}

tree_case shrink(tree_case one, const trial& attempt) {
    std::string wrong = essence(attempt(one));
    for (bool shrunk = true; shrunk;) {
        shrunk = false;
        for (const tree_case& less : smaller(one)) {
            // A few seeds each: with less to draw for, the same seed draws something else.
            tree_case next = less;
            for (std::uint64_t other = 0; other < 20 && !shrunk; ++other) {
                next.seed = one.seed + other;
                shrunk = essence(attempt(next)) == wrong;
            }
            if (!shrunk) continue;
            one = next;
            break;
        }
    }
    return one;
}
} // namespace

std::string try_cases(std::size_t most_happenings, const trial& attempt) {
    std::size_t cases = property_cases();
    for (std::uint64_t seed = first_seed(), last = seed + cases; seed < last; ++seed) {
        tree_case one = random_case(seed, most_happenings);
        std::string broken = attempt(one);
        if (broken.empty()) continue;
        tree_case least = shrink(one, attempt);
        least.tell = true;
        return "seed " + std::to_string(seed) + ": " + broken + "\nat its smallest (seed " +
               std::to_string(least.seed) + "):\n" + text_of(least) + attempt(least);
    }
    return {};
}

} // namespace reeve::tests
