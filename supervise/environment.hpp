// The environment of the programs of a service: what supervise inherited and its own variables, which last, and a copy
// with the variables of one start, which lives as long as that start. Both are arrays of pointers in memory of the
// caller's: of the copy, whose size is 2 kB and more, an idle supervise has nothing.
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
    static constexpr std::size_t slots_for(std::size_t inherited) { return inherited + own_variables; }
    // Takes over `inherited` but for the variables that only a supervise sets. `slots` must outlive this.
    environment(std::span<char*> slots, char* const* inherited);

    // Adds "NAME=VALUE" for all programs. The text must outlive this.
    void set_for_all(char* assignment);

    std::span<char* const> variables() const { return slots_.first(count_); }

private:
    std::span<char*> slots_;
    std::size_t count_ = 0;
};

class program_environment {
public:
    // How many slots a copy needs.
    static std::size_t slots_for(const environment& lasting) {
        return lasting.variables().size() + environment::own_variables + environment::start_variables + 1;
    }
    // `slots`, slots_for(lasting) of them, must outlive this, as must the texts of all variables.
    program_environment(std::span<char*> slots, const environment& lasting);

    void set(char* assignment);
    void unset(std::string_view name);

    char* const* get() const { return slots_.data(); }

private:
    std::span<char*> slots_;
    std::size_t count_ = 0;
};

} // namespace reeve::supervise
