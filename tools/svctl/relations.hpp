// The relations of a service, from its own directories and, the other way round, from those of all others.
#pragma once

#include "tools/svctl/scan_directory.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace reeve::svctl {

// A relation directory, and what the service named in it says of the relation: "web/requires/db" means
// "web requires db", and for db "db required-by web".
struct relation_word {
    std::string_view name;
    std::string_view from_other_end;
};
std::span<const relation_word> relation_words();
const relation_word* find_relation(std::string_view name);

struct relation_edge {
    std::string relation; // as seen from the service that was asked for
    std::string other;
    std::string origin; // the file that says so: "db/required-by/web"
    bool other_exists = true;
};

std::vector<relation_edge> relations_of(const scan_directory& tree, const std::string& name);

} // namespace reeve::svctl
