// What landlock is asked for on its command line.
#pragma once

#include "chainload/helpers/isolation/landlock_rules.hpp"
#include "chainload/helpers/isolation/option_words.hpp"

namespace reeve::chainload {

inline constexpr option_word landlock_options[] = {
    {'s', "strict"},
    {'i', "ignore-absent"},
    {'r', "read", option_value::needed},
    {'w', "write", option_value::needed},
    {'x', "execute", option_value::needed},
    {'b', "bind", option_value::needed, false},
    {'c', "connect", option_value::needed, false},
    {'S', "scope", option_value::needed, false},
};

struct landlock_demand {
    landlock_rights rights;
    bool strict = false, may_be_absent = false;

    // Takes an option. False: its value is wrong.
    bool add(char key, const char* value);
    bool is_empty() const { return rights.paths == 0 && rights.ports == 0 && rights.scopes == 0; }
    // Nothing, or what of it a kernel of this ABI is too old for.
    std::string_view shortcoming(int abi) const;
};

// The rules that the options stand for; `value` is the one that could not be made a rule.
result<void> add_landlock_rules(char** arguments, const landlock_demand& demand, landlock_rules& rules,
                                const char*& value);

} // namespace reeve::chainload
