#include "chainload/option_reader.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using reeve::chainload::option_reader;
using reeve::chainload::program_name;

namespace {
// A command line: what is read from it, as "a b=VALUE ? |REST REST".
std::string read(std::vector<std::string> words, std::string_view letters) {
    words.insert(words.begin(), "some/where/tool");
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    option_reader options(arguments.data(), letters);
    std::string seen;
    while (char option = options.next()) {
        if (option == option_reader::problem) return seen.append(options.complaint().view());
        seen += option;
        if (letters.substr(letters.find(option) + 1).starts_with(':')) (seen += '=') += options.value();
        seen += ' ';
    }
    seen += '|';
    for (char** rest = options.rest(); *rest != nullptr; ++rest) seen += std::string(*rest) + ' ';
    return seen;
}
} // namespace

TEST_CASE("options are read as daemontools reads them") {
    CHECK(read({}, "ab") == "|");
    CHECK(read({"x"}, "ab") == "|x ");
    CHECK(read({"-a", "-b", "x"}, "ab") == "a b |x ");
    CHECK(read({"-ab", "x", "-a"}, "ab") == "a b |x -a ");
    CHECK(read({"-aa"}, "ab") == "a a |");
    CHECK(read({"-a", "--", "-b"}, "ab") == "a |-b ");
    CHECK(read({"-a", "--anything", "-b"}, "ab") == "a |-b ");
    CHECK(read({"-", "-a"}, "ab") == "|- -a ");
    CHECK(read({"-a", "-"}, "ab") == "a |- ");
    CHECK(read({""}, "ab") == "| ");
}

TEST_CASE("an option's value is the rest of the word or the next word") {
    CHECK(read({"-n", "5", "x"}, "n:v") == "n=5 |x ");
    CHECK(read({"-n5", "x"}, "n:v") == "n=5 |x ");
    CHECK(read({"-vn5", "x"}, "n:v") == "v n=5 |x ");
    CHECK(read({"-n", "-5", "x"}, "n:v") == "n=-5 |x ");
    CHECK(read({"-n", "", "x"}, "n:v") == "n= |x ");
    CHECK(read({"-n", "--", "x"}, "n:v") == "n=-- |x ");
}

TEST_CASE("a problem is told with the last part of the program's name") {
    CHECK(read({"-z"}, "ab") == "tool: illegal option -- z\n");
    CHECK(read({"-az"}, "ab") == "a tool: illegal option -- z\n");
    CHECK(read({"-n"}, "n:") == "tool: option requires an argument -- n\n");
    CHECK(read({"-:"}, "n:") == "tool: illegal option -- :\n");
}

TEST_CASE("program_name") {
    CHECK(program_name("svc") == "svc");
    CHECK(program_name("/usr/bin/svc") == "svc");
    CHECK(program_name("bin/") == "");
    CHECK(program_name("") == "");
}
