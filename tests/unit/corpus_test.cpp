// The fuzzers' corpora replayed: each file through the function that the fuzzer calls, and every prefix of it.
#include "tests/fuzz/targets.hpp"

#include "supervise/settings.hpp"

#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

using namespace reeve::tests;

namespace {
const std::filesystem::path corpora = REEVE_FUZZ_CORPUS;

std::string content(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}
} // namespace

TEST_CASE("every corpus holds, and so does every beginning of its files") {
    for (const fuzz_target& target : fuzz_targets) {
        int files = 0;
        for (const auto& file : std::filesystem::directory_iterator(corpora / target.name)) {
            INFO(file.path().string());
            std::string input = content(file.path());
            for (std::size_t size = 0; size <= input.size(); ++size)
                target.run(std::string_view(input).substr(0, size));
            ++files;
        }
        CHECK_MESSAGE(files > 0, target.name);
    }
}

TEST_CASE("there is a corpus for each target and a target for each corpus") {
    std::set<std::string> targets, found;
    for (const fuzz_target& target : fuzz_targets) targets.insert(target.name);
    for (const auto& directory : std::filesystem::directory_iterator(corpora))
        found.insert(directory.path().filename().string());
    CHECK(targets == found);
}

TEST_CASE("the seeds for settings are what their names say: SETTING-good or SETTING-bad") {
    using namespace reeve::supervise;
    for (const auto& file : std::filesystem::directory_iterator(corpora / "settings")) {
        std::string name = file.path().filename().string(), input = content(file.path());
        bool good = name.ends_with("-good"), bad = name.ends_with("-bad");
        if (!good && !bad) continue;
        const setting& entry = known_settings()[static_cast<unsigned char>(input[0])];
        CHECK(entry.name == name.substr(0, name.rfind('-')));
        settings into;
        CHECK_MESSAGE(entry.parse(std::string_view(input).substr(1), into) == good, name);
    }
}
