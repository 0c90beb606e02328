// supervise/start-env/: variables for the next start only, written as an envdir (daemontools' envdir(8)) by
// whoever asks for that start. Reads into storage of the caller; no heap.
#pragma once

#include "chainload/result.hpp"

#include <cstddef>
#include <span>

namespace reeve::supervise {

struct start_variable {
    const char* assignment; // "NAME=VALUE", or "NAME" if `unset`; stands in the storage
    bool unset;             // the variable is removed from the environment
};

// Reads the variables of the service directory `dir`: how many there are, 0 if there is no start-env.
// The rules are envdir's: the file's name is the variable's; the first line without blanks and tabs at its end is
// the value, NUL standing for a newline; an empty file unsets it; files that begin with a dot are skipped.
// E2BIG if storage or `into` are too small (each file is read whole), EINVAL for a name with "=" or what is no
// regular file.
chainload::result<std::size_t> read_start_env(int dir, std::span<char> storage,
                                              std::span<start_variable> into);

// Takes start-env away: in one step for whoever looks, so that a start-env written from then on is a new one.
// It is no error if there is none.
chainload::result<void> remove_start_env(int dir);

} // namespace reeve::supervise
