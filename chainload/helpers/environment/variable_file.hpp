// What the content of one file of an envdir means. No system calls: tests and the fuzzer call it as envdir does.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace reeve::chainload {

// Its first line without the blanks and tabs at its end; each NUL in it is made a newline, in place.
std::string_view variable_value(std::span<char> content);

// Why envdir -f does not take a file; empty if it does.
std::string_view strict_complaint(std::string_view name, std::string_view content);

} // namespace reeve::chainload
