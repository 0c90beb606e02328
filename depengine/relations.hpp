// The relations: one row of this table is all that the graph, the planner, the pages and the tests know of one.
//
// "web/requires/db" says: web requires db. web is the edge's `from`, db its `to`. What a relation does is made of
// few properties, which sv-relations(5) explains; every rule of the engine asks for a property, none for a name.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace reeve::depengine {

enum class relation : std::uint8_t {
    requires_other,
    binds_to,
    milestone,
    waits_for,
    wants,
    requisite,
    after,
    part_of,
    conflicts,
    reload_with,
    on_failure,
    on_success,
};
inline constexpr std::size_t relation_count = 12;

// A set of relations: those between one pair of services, or those with some property.
using relations = std::uint16_t;
constexpr relations set_of(relation one) {
    return static_cast<relations>(1u << static_cast<unsigned>(one));
}
template <class... More>
constexpr relations set_of(relation one, More... more) {
    return static_cast<relations>(set_of(one) | set_of(more...));
}

// How much an ordering edge matters: of a cycle the edge with the least is dropped; `needed` never is.
enum class order_rank : std::uint8_t { none, loose, waiting, following, needed };

struct relation_row {
    relation which;
    std::string_view name;    // the directory
    std::string_view reverse; // the directory that says the same from the other end; empty: there is none
    bool holds;               // keeps `to` up while `from` is to be up
    order_rank order;         // `from` starts after `to` and stops before it
    std::string_view help;
};

inline constexpr std::array<relation_row, relation_count> relation_table{{
    {relation::requires_other, "requires", "required-by", true, order_rank::needed,
     "needs it, as long as it is up"},
    {relation::binds_to, "binds-to", "bound-by", true, order_rank::needed, "needs it, and shares its deaths"},
    {relation::milestone, "milestone", "milestone-of", true, order_rank::needed, "needs it to start"},
    {relation::waits_for, "waits-for", "waited-by", true, order_rank::waiting, "would like it first"},
    {relation::wants, "wants", "wanted-by", true, order_rank::none, "would like it"},
    {relation::requisite, "requisite", "", false, order_rank::needed, "needs it to be ready already"},
    {relation::after, "after", "before", false, order_rank::loose, "starts after it, if both start"},
    {relation::part_of, "part-of", "includes", false, order_rank::following, "follows its stop and restart"},
    {relation::conflicts, "conflicts", "conflicts", false, order_rank::none, "cannot run beside it"},
    {relation::reload_with, "reload-with", "", false, order_rank::none, "is reloaded when it is"},
    {relation::on_failure, "on-failure", "", false, order_rank::none, "it is started when this one gives up"},
    {relation::on_success, "on-success", "", false, order_rank::none, "it is started when this one succeeds"},
}};

static_assert([] {
    for (std::size_t i = 0; i < relation_count; ++i)
        if (static_cast<std::size_t>(relation_table[i].which) != i) return false;
    return true;
}());

constexpr const relation_row& row_of(relation which) {
    return relation_table[static_cast<std::size_t>(which)];
}

template <class Property>
constexpr relations relations_with(Property&& has) {
    relations found = 0;
    for (const auto& row : relation_table)
        if (has(row)) found = static_cast<relations>(found | set_of(row.which));
    return found;
}
inline constexpr relations holding = relations_with([](const auto& row) { return row.holds; });
inline constexpr relations ordering =
    relations_with([](const auto& row) { return row.order != order_rank::none; });
// `from` cannot start unless `to` is ready, and is held instead.
inline constexpr relations needing =
    set_of(relation::requires_other, relation::binds_to, relation::milestone);
// `from` is stopped when `to` goes down for good.
inline constexpr relations lasting =
    set_of(relation::requires_other, relation::binds_to, relation::requisite);

// A relation as a directory states it.
struct stated_relation {
    relation which;
    bool reversed; // the service with the directory is the edge's `to`
};
constexpr std::optional<stated_relation> find_relation(std::string_view directory) {
    for (const auto& row : relation_table)
        if (row.name == directory) return stated_relation{row.which, false};
    for (const auto& row : relation_table)
        if (!row.reverse.empty() && row.reverse == directory) return stated_relation{row.which, true};
    return std::nullopt;
}

} // namespace reeve::depengine
