// A tree of a few services, drawn at random, as plain data: what the reference model and the simulated supervisors
// read, and what the engine gets as definitions. Service i is called "a", "b", … and is node i of the graph.
#pragma once

#include "depengine/catalogue.hpp"
#include "tests/property/cases.hpp"

#include <array>
#include <string>
#include <vector>

namespace reeve::tests {

inline constexpr std::size_t most_services = 8;

struct small_service {
    supervise::service_kind kind = supervise::service_kind::process;
    bool down = false, early = false, persistent = false, keep_on_isolate = false;
    std::array<depengine::relations, most_services> to{}; // its relations to each of the others
};

struct small_tree {
    std::vector<small_service> services;

    std::size_t size() const { return services.size(); }
    bool has(std::size_t from, std::size_t to, depengine::relations any_of) const {
        return (services[from].to[to] & any_of) != 0;
    }
    bool conflict(std::size_t one, std::size_t other) const;
    bool exists(std::size_t one) const { return services[one].kind != supervise::service_kind::incomplete; }
    bool is_target(std::size_t one) const { return services[one].kind == supervise::service_kind::target; }
};

small_tree random_tree(random_numbers& random);
// A few relations come or go.
void change_tree(small_tree& tree, random_numbers& random);
std::string service_name(std::size_t which);
// Which end states a relation, and in which order a directory lists its entries, is drawn too: it must not matter.
depengine::catalogue definitions_of(const small_tree& tree, random_numbers& random);
std::string text_of(const small_tree& tree);

} // namespace reeve::tests
