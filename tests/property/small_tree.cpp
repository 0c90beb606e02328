#include "tests/property/small_tree.hpp"

#include <algorithm>

namespace reeve::tests {

using namespace depengine;
using supervise::service_kind;

namespace {
constexpr relation tried[] = {relation::requires_other, relation::requires_other, relation::binds_to,
                              relation::milestone,      relation::waits_for,      relation::wants,
                              relation::requisite,      relation::after,          relation::after,
                              relation::part_of,        relation::conflicts,      relation::reload_with};

void add_relation(small_tree& tree, random_numbers& random) {
    std::size_t from = random.below(tree.size()), to = random.below(tree.size());
    if (from == to || (!tree.exists(from) && !tree.exists(to))) return;
    // Mostly downwards, so that most trees have few cycles.
    if (from < to && random.chance(80)) std::swap(from, to);
    relation what = random.pick(tried);
    if (!tree.exists(from) && row_of(what).reverse.empty()) return;
    tree.services[from].to[to] = static_cast<relations>(tree.services[from].to[to] | set_of(what));
}
} // namespace

bool small_tree::conflict(std::size_t one, std::size_t other) const {
    return has(one, other, set_of(relation::conflicts)) || has(other, one, set_of(relation::conflicts));
}

small_tree random_tree(random_numbers& random) {
    small_tree tree;
    tree.services.resize(2 + random.below(most_services - 1));
    for (small_service& one : tree.services) {
        constexpr service_kind kinds[] = {service_kind::process, service_kind::process, service_kind::process,
                                          service_kind::process, service_kind::oneshot, service_kind::target};
        one.kind = random.chance(3) ? service_kind::incomplete : random.pick(kinds);
        one.down = random.chance(60);
        one.persistent = random.chance(8);
        one.keep_on_isolate = random.chance(8);
    }
    std::size_t wanted = random.below(tree.size() * 2 + 1);
    for (std::size_t i = 0; i < wanted; ++i) add_relation(tree, random);
    return tree;
}

void change_tree(small_tree& tree, random_numbers& random) {
    if (random.chance(50)) return add_relation(tree, random);
    std::size_t from = random.below(tree.size()), to = random.below(tree.size());
    tree.services[from].to[to] = 0;
}

std::string service_name(std::size_t which) {
    return std::string(1, static_cast<char>('a' + which));
}

catalogue definitions_of(const small_tree& tree, random_numbers& random) {
    catalogue made;
    for (std::size_t i = 0; i < tree.size(); ++i) {
        definition& one = made.services[service_name(i)];
        const small_service& from = tree.services[i];
        one.name = service_name(i);
        one.kind = from.kind;
        one.down = from.down;
        one.early = from.early;
        one.persistent = from.persistent;
        one.keep_on_isolate = from.keep_on_isolate;
    }
    for (std::size_t i = 0; i < tree.size(); ++i)
        for (std::size_t k = 0; k < tree.size(); ++k)
            for (const relation_row& row : relation_table) {
                if (!tree.has(i, k, set_of(row.which))) continue;
                // What an incomplete directory says does not count: the other end says it then.
                bool reversed =
                    !row.reverse.empty() && tree.exists(k) && (!tree.exists(i) || random.chance(50));
                std::size_t states = reversed ? k : i;
                made.services[service_name(states)].edges.push_back(
                    {row.which, reversed, service_name(reversed ? i : k)});
            }
    for (auto& [name, one] : made.services)
        for (std::size_t i = one.edges.size(); i > 1; --i)
            std::swap(one.edges[i - 1], one.edges[random.below(i)]);
    return made;
}

std::string text_of(const small_tree& tree) {
    std::string text;
    for (std::size_t i = 0; i < tree.size(); ++i) {
        const small_service& one = tree.services[i];
        text += "  " + service_name(i);
        if (one.kind == service_kind::oneshot) text += " oneshot";
        if (one.kind == service_kind::target) text += " target";
        if (one.kind == service_kind::incomplete) text += " incomplete";
        if (one.down) text += " down";
        if (one.persistent) text += " persistent";
        if (one.keep_on_isolate) text += " keep-on-isolate";
        for (std::size_t k = 0; k < tree.size(); ++k)
            for (const relation_row& row : relation_table)
                if (tree.has(i, k, set_of(row.which)))
                    text += " " + std::string(row.name) + "/" + service_name(k);
        text += "\n";
    }
    return text;
}

} // namespace reeve::tests
