// The variables that a directory holds: one file, one variable (envdir, daemontools).
#pragma once

#include "chainload/helpers/helper.hpp"

#include <array>
#include <optional>
#include <span>

namespace reeve::chainload {

// Whether it may be entered. daemontools enters a directory before it reads it, so that is what it names first when
// it may do neither.
bool is_enterable(const char* dir);

class variable_directory {
public:
    // `dir` is the directory's name, for messages. Strict: what envdir -f does not take is an error.
    variable_directory(process& self, const char* dir, bool strict)
        : self_(self)
        , dir_(dir)
        , strict_(strict) {}

    // Sets and removes variables of `self` by the files of the directory `fd`. False: problem() says why.
    bool read_all(int fd);
    next problem() const { return problem_; }

private:
    bool read(const char* name);
    // The file's content up to its first newline or more; nothing: problem_ says why.
    std::optional<std::span<char>> content_of(int file, const char* name);
    bool take(std::string_view name, std::span<char> content);
    bool forget(std::string_view name);
    bool fail(int error, const char* name);
    bool out_of_memory();

    process& self_;
    const char* dir_;
    bool strict_;
    int fd_ = -1;
    next problem_;
    std::span<char> large_; // for values that do not fit into the other
    std::array<char, 1024> small_;
};

} // namespace reeve::chainload
