// The environment of the program that serves a connection: the inherited one, what UCSPI says of the connection, and the
// variables of its access rule. It is made anew in the same memory for each connection.
#pragma once

#include "chainload/helpers/helper.hpp"
#include "chainload/helpers/sockets/client.hpp"

namespace reeve::chainload {

class connection_environment {
public:
    // Takes the variables of `self`, less those that are about another connection. False: out of memory.
    bool make(process& self);
    // `rule_variables` are those of a rule; `number` counts the connections of this client, this one included.
    char* const* of(const client& from, unsigned number, std::string_view local_name,
                    std::string_view rule_variables);

private:
    void set(std::string_view name, std::string_view value);
    void add_inherited(bool look_for_same);

    static constexpr std::size_t most_own = 12 + most_rule_variables;
    char* const* inherited_ = nullptr;
    std::size_t inherited_count_ = 0;
    char** list_ = nullptr;
    std::size_t count_ = 0;
    text_buffer<longest_rule_variables + most_rule_variables + 1536> text_;
};

} // namespace reeve::chainload
