#include "tools/svctl/relations.hpp"

#include "supervise/layout.hpp"

#include <algorithm>
#include <array>

namespace reeve::svctl {

namespace {
// sv-service(5). The last words of the second column are no directories: they only read well.
constexpr std::array<relation_word, 19> words{{
    {"requires", "required-by"},
    {"binds-to", "bound-by"},
    {"milestone", "milestone-of"},
    {"waits-for", "waited-by"},
    {"wants", "wanted-by"},
    {"requisite", "requisite-of"},
    {"after", "before"},
    {"before", "after"},
    {"conflicts", "conflicts"},
    {"part-of", "includes"},
    {"reload-with", "reloads"},
    {"on-failure", "on-failure-of"},
    {"on-success", "on-success-of"},
    {"required-by", "requires"},
    {"bound-by", "binds-to"},
    {"milestone-of", "milestone"},
    {"waited-by", "waits-for"},
    {"wanted-by", "wants"},
    {"includes", "part-of"},
}};
} // namespace

std::span<const relation_word> relation_words() {
    return words;
}

const relation_word* find_relation(std::string_view name) {
    for (const relation_word& word : words)
        if (word.name == name) return &word;
    return nullptr;
}

std::vector<relation_edge> relations_of(const scan_directory& tree, const std::string& name) {
    std::vector<relation_edge> edges;
    std::vector<std::string> services = tree.services();
    auto is_service = [&](const std::string& other) {
        return std::binary_search(services.begin(), services.end(), other);
    };
    for (const relation_word& word : words) {
        std::string path = name + "/" + std::string(word.name);
        auto entries = list_directory(tree.fd(), path.c_str());
        if (!entries) continue;
        for (const std::string& other : *entries)
            if (supervise::valid_service_name(other))
                edges.push_back({std::string(word.name), other, path + "/" + other, is_service(other)});
    }
    for (const std::string& other : services) {
        if (other == name) continue;
        for (const relation_word& word : words) {
            std::string origin = other + "/" + std::string(word.name) + "/" + name;
            if (exists(tree.fd(), origin.c_str()))
                edges.push_back({std::string(word.from_other_end), other, origin, true});
        }
    }
    return edges;
}

} // namespace reeve::svctl
