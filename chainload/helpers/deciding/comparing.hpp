// Comparing what a predicate has found with the value an expression gives. Pure.
#pragma once

#include "chainload/helpers/deciding/expression.hpp"

#include <optional>

namespace reeve::chainload {

// "512", "4K", "4M", "4G", "4T": bytes, by powers of 1024.
std::optional<std::uint64_t> parse_bytes(std::string_view text);

// Whether `value` is one that a predicate of this kind can be compared with in this way: a number; a number of bytes; a
// version; and for a text any, but for < <= > >= a number.
bool is_comparable(value_kind kind, comparison how, std::string_view value);

// `found` and `value` as numbers, texts (as numbers for < <= > >=: nothing if `found` is none) and versions. A version
// is compared as far as `value` goes: 6.18.44 == 6.18.
bool compare_numbers(std::uint64_t found, comparison how, std::uint64_t value);
std::optional<bool> compare_texts(std::string_view found, comparison how, std::string_view value);
bool compare_versions(std::string_view found, comparison how, std::string_view value);

} // namespace reeve::chainload
