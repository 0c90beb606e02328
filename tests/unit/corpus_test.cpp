// The fuzzers' corpora replayed: each file through the function that the fuzzer calls, and every prefix of it.
#include "tests/fuzz/targets.hpp"

#include "supervise/settings.hpp"

#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <string>

using namespace reeve::tests;

namespace {
struct target {
    const char* name;
    void (*run)(std::string_view input);
};
constexpr target targets[] = {
    {"access_rules", fuzz_access_rules},
    {"envdir", fuzz_envdir},
    {"envfile", fuzz_envfile},
    {"calendar", fuzz_calendar},
    {"expression", fuzz_expression},
    {"multilog_input", fuzz_multilog_input},
    {"multilog_script", fuzz_multilog_script},
    {"notify_message", fuzz_notify_message},
    {"settings", fuzz_settings},
    {"status_record", fuzz_status_record},
};

std::string content(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}
} // namespace

TEST_CASE("every corpus holds, and so does every beginning of its files") {
    for (const target& entry : targets) {
        int files = 0;
        for (const auto& file :
             std::filesystem::directory_iterator(std::filesystem::path(REEVE_FUZZ_CORPUS) / entry.name)) {
            std::string input = content(file.path());
            for (std::size_t size = 0; size <= input.size(); ++size)
                entry.run(std::string_view(input).substr(0, size));
            ++files;
        }
        CHECK_MESSAGE(files > 0, entry.name);
    }
}

TEST_CASE("the seeds for settings are what their names say: SETTING-good or SETTING-bad") {
    using namespace reeve::supervise;
    for (const auto& file :
         std::filesystem::directory_iterator(std::filesystem::path(REEVE_FUZZ_CORPUS) / "settings")) {
        std::string name = file.path().filename().string(), input = content(file.path());
        bool good = name.ends_with("-good"), bad = name.ends_with("-bad");
        if (!good && !bad) continue;
        const setting& entry = known_settings()[static_cast<unsigned char>(input[0])];
        CHECK(entry.name == name.substr(0, name.rfind('-')));
        settings into;
        CHECK_MESSAGE(entry.parse(std::string_view(input).substr(1), into) == good, name);
    }
}
