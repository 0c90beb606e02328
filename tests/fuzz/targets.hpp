// The fuzzed functions. Each takes any bytes, runs a parser over them and checks what must hold for every input;
// what does not hold ends the process through `must_hold`. New targets are declared here and named in CMakeLists.txt.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace reeve::tests {

void fuzz_access_rules(std::string_view input);
void fuzz_envdir(std::string_view input);
void fuzz_envfile(std::string_view input);
void fuzz_calendar(std::string_view input);
void fuzz_expression(std::string_view input);
void fuzz_multilog_input(std::string_view input);
void fuzz_multilog_script(std::string_view input);
void fuzz_notify_message(std::string_view input);
void fuzz_settings(std::string_view input);
void fuzz_status_record(std::string_view input);

inline void must_hold(bool truth, const char* what) {
    if (truth) return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

} // namespace reeve::tests
