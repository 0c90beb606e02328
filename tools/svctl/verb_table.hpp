// The table of svctl's verbs, and those of the words that some take: help, parser, completion, manual check and tests go
// by them.
#pragma once

#include "depengine/request.hpp"

#include <array>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace reeve::svctl {

// What stands behind a verb, for completion: the words of a list of its own, verbs of the engine and services, ...
enum class operand : std::uint8_t { none, services, files, words, requests };

struct verb_word {
    std::string_view name, help;
    operand operands;
};
// The verbs of svctl itself; those that the engine carries out stand in its own table.
inline constexpr verb_word own_verbs[] = {
    {"status", "show what all services are now, or all that is known of one", operand::services},
    {"plan", "show what a request would do, in order, and why", operand::requests},
    {"apply", "do what was planned, unless the world has moved", operand::requests},
    {"why", "tell why services are up, down, held or waiting", operand::services},
    {"list", "print the names of all services", operand::none},
    {"blame", "show how long each service took to become ready", operand::none},
    {"graph", "show what services need of each other", operand::services},
    {"logs", "show the logs of services, merged by time", operand::services},
    {"events", "show changes as they happen", operand::services},
    {"check", "report all problems of all service directories at once", operand::files},
    {"diff", "show what has changed on disk since the engine loaded it", operand::none},
    {"reload-definitions", "let the engine load what has changed on disk", operand::none},
    {"enable", "let services start by themselves, or with a target", operand::services},
    {"disable", "take that back", operand::services},
    {"init", "make a scan directory", operand::files},
    {"new", "make a service directory from a command line", operand::none},
    {"instance", "make an instance of a template", operand::services},
    {"shutdown", "stop all services in order, and the tree", operand::none},
    {"tree", "tell svscan to rescan, stop or upgrade", operand::words},
    {"completion", "print a script that completes command lines", operand::words},
};

inline constexpr auto verb_words = [] {
    std::array<verb_word, depengine::verb_table.size() + std::size(own_verbs)> all{};
    auto* next = all.data();
    for (const auto& row : depengine::verb_table) *next++ = {row.name, row.help, operand::services};
    for (const auto& verb : own_verbs) *next++ = verb;
    return all;
}();

struct tree_word {
    std::string_view word;
    char letter; // svscan.8
    std::string_view help;
};
inline constexpr tree_word tree_words[] = {
    {"rescan", 'a', "look at the scan directory again"},
    {"prune", 'n', "the same, and drop services whose directory is gone"},
    {"stop", 't', "stop the tree, loggers last"},
    {"upgrade", 'U', "exec the svscan binary again in place"},
    {"leave", 'x', "end svscan alone, and leave the supervisors running"},
};

inline constexpr std::string_view shell_words[] = {"bash", "zsh", "fish"};

} // namespace reeve::svctl
