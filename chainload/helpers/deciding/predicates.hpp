// What expressions can ask: a table of predicates, by name. The functions look at the machine and the process.
#pragma once

#include "chainload/helpers/deciding/expression.hpp"
#include "chainload/helpers/helper.hpp"

#include <climits>

namespace reeve::chainload {

// What was found, by a predicate whose kind is not truth; `is_there` alone if it is.
struct finding {
    bool is_there = false;    // or true
    std::string_view text{};  // text, version; in the environment or in `room`
    std::uint64_t number = 0; // number, bytes
};

// For the functions: the process, and room for a text that they find.
struct question {
    process& self;
    text_buffer<4096> room;
    const char* culprit = nullptr; // what a failure is about, if not the first word
};

struct predicate {
    std::string_view name;
    unsigned char word_count;
    value_kind kind;
    result<finding> (*look)(const char* const* words, question& about);
};

// nullptr: there is none of that name.
const predicate* find_predicate(std::string_view name);
std::span<const predicate> all_predicates();

// Paths.
result<finding> look_for_any(const char* const* words, question& about);
template <unsigned Type>
result<finding> look_for_type(const char* const* words, question& about);
result<finding> look_for_symlink(const char* const* words, question& about);
template <int Access>
result<finding> look_for_access(const char* const* words, question& about);
result<finding> look_for_empty(const char* const* words, question& about);
result<finding> look_for_newer(const char* const* words, question& about);
result<finding> look_for_mount(const char* const* words, question& about);

// The process and its services.
result<finding> look_for_variable(const char* const* words, question& about);
result<finding> look_for_user(const char* const* words, question& about);
result<finding> look_for_group(const char* const* words, question& about);
result<finding> look_for_uid(const char* const* words, question& about);
result<finding> look_for_gid(const char* const* words, question& about);
result<finding> look_for_up(const char* const* words, question& about);
result<finding> look_for_ready(const char* const* words, question& about);

// The machine.
result<finding> look_for_boot_word(const char* const* words, question& about);
result<finding> look_for_host(const char* const* words, question& about);
result<finding> look_for_machine(const char* const* words, question& about);
result<finding> look_for_kernel(const char* const* words, question& about);
result<finding> look_for_memory(const char* const* words, question& about);
result<finding> look_for_cpus(const char* const* words, question& about);

} // namespace reeve::chainload
