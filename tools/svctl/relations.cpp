#include "tools/svctl/relations.hpp"

#include "depengine/relations.hpp"
#include "supervise/layout.hpp"

#include <algorithm>

namespace reeve::svctl {

namespace {
// How a relation without a directory for its other end reads from there.
std::string_view reading_of(const depengine::relation_row& row) {
    if (!row.reverse.empty()) return row.reverse;
    switch (row.which) {
    case depengine::relation::requisite: return "requisite-of";
    case depengine::relation::reload_with: return "reloads";
    case depengine::relation::on_failure: return "on-failure-of";
    default: return "on-success-of";
    }
}

const std::vector<relation_word>& words() {
    static const std::vector<relation_word> all = [] {
        std::vector<relation_word> made;
        for (const auto& row : depengine::relation_table) made.push_back({row.name, reading_of(row)});
        for (const auto& row : depengine::relation_table)
            if (!row.reverse.empty() && row.reverse != row.name) made.push_back({row.reverse, row.name});
        return made;
    }();
    return all;
}
} // namespace

std::span<const relation_word> relation_words() {
    return words();
}

const relation_word* find_relation(std::string_view name) {
    for (const relation_word& word : words())
        if (word.name == name) return &word;
    return nullptr;
}

std::vector<relation_edge> relations_of(const scan_directory& tree, const std::string& name) {
    std::vector<relation_edge> edges;
    std::vector<std::string> services = tree.services();
    auto is_service = [&](const std::string& other) {
        return std::binary_search(services.begin(), services.end(), other);
    };
    for (const relation_word& word : words()) {
        std::string path = name + "/" + std::string(word.name);
        auto entries = list_directory(tree.fd(), path.c_str());
        if (!entries) continue;
        for (const std::string& other : *entries)
            if (supervise::valid_service_name(other))
                edges.push_back({std::string(word.name), other, path + "/" + other, is_service(other)});
    }
    for (const std::string& other : services) {
        if (other == name) continue;
        for (const relation_word& word : words()) {
            std::string origin = other + "/" + std::string(word.name) + "/" + name;
            if (exists(tree.fd(), origin.c_str()))
                edges.push_back({std::string(word.from_other_end), other, origin, true});
        }
    }
    return edges;
}

} // namespace reeve::svctl
