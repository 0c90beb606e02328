// The environment of the programs of a service: what supervise inherited, its own variables, and those of one
// start. Two arrays of pointers, sized once at start-up: the lasting one, and the copy that one program gets.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace reeve::supervise {

class environment {
public:
    static constexpr std::size_t own_variables = 16;    // set by supervise
    static constexpr std::size_t start_variables = 256; // most that start-env may add

    // How many slots are needed for so many inherited variables.
    static constexpr std::size_t slots_for(std::size_t inherited) {
        return 2 * (inherited + own_variables + 1) + start_variables;
    }
    // Takes over `inherited` but for the variables that only a supervise sets. `slots` must outlive this.
    environment(std::span<char*> slots, char* const* inherited);

    // Adds "NAME=VALUE" for all programs. The text must outlive this.
    void set_for_all(char* assignment);

    // Starts a new copy for one program; then set and unset change that copy.
    void begin_program();
    void set(char* assignment);
    void unset(std::string_view name);

    char* const* get() const { return program_.data(); }

private:
    std::span<char*> lasting_, program_;
    std::size_t lasting_count_ = 0, count_ = 0;
};

} // namespace reeve::supervise
