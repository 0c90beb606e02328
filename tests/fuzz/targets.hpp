// The fuzzed functions. Each takes any bytes, runs a parser over them and checks what must hold for every input;
// what does not hold ends the process through `must_hold`. A new target has a file of its name, a line here and in
// CMakeLists.txt, and a corpus.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace reeve::tests {

void fuzz_access_rules(std::string_view input);
void fuzz_block(std::string_view input);
void fuzz_calendar(std::string_view input);
void fuzz_chain_options(std::string_view input);
void fuzz_death_record(std::string_view input);
void fuzz_definitions(std::string_view input);
void fuzz_engine_answer(std::string_view input);
void fuzz_envdir(std::string_view input);
void fuzz_envfile(std::string_view input);
void fuzz_expression(std::string_view input);
void fuzz_file_parts(std::string_view input);
void fuzz_intents(std::string_view input);
void fuzz_log_line(std::string_view input);
void fuzz_mount_line(std::string_view input);
void fuzz_multilog_input(std::string_view input);
void fuzz_multilog_script(std::string_view input);
void fuzz_notify_message(std::string_view input);
void fuzz_option_values(std::string_view input);
void fuzz_request_line(std::string_view input);
void fuzz_settings(std::string_view input);
void fuzz_start_env(std::string_view input);
void fuzz_status_record(std::string_view input);
void fuzz_svscan_handover(std::string_view input);
void fuzz_tai64nlocal(std::string_view input);
void fuzz_utf8(std::string_view input);

struct fuzz_target {
    const char* name; // of its corpus
    void (*run)(std::string_view input);
};
inline constexpr fuzz_target fuzz_targets[] = {
    {"access_rules", fuzz_access_rules},
    {"block", fuzz_block},
    {"calendar", fuzz_calendar},
    {"chain_options", fuzz_chain_options},
    {"death_record", fuzz_death_record},
    {"definitions", fuzz_definitions},
    {"engine_answer", fuzz_engine_answer},
    {"envdir", fuzz_envdir},
    {"envfile", fuzz_envfile},
    {"expression", fuzz_expression},
    {"file_parts", fuzz_file_parts},
    {"intents", fuzz_intents},
    {"log_line", fuzz_log_line},
    {"mount_line", fuzz_mount_line},
    {"multilog_input", fuzz_multilog_input},
    {"multilog_script", fuzz_multilog_script},
    {"notify_message", fuzz_notify_message},
    {"option_values", fuzz_option_values},
    {"request_line", fuzz_request_line},
    {"settings", fuzz_settings},
    {"start_env", fuzz_start_env},
    {"status_record", fuzz_status_record},
    {"svscan_handover", fuzz_svscan_handover},
    {"tai64nlocal", fuzz_tai64nlocal},
    {"utf8", fuzz_utf8},
};

inline void must_hold(bool truth, const char* what) {
    if (truth) return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

} // namespace reeve::tests
