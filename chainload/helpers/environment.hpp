// The environment that a chain hands on. It begins as the inherited one, which is copied (the list, not the
// texts) at the first change. Names are unique after a change to them, as with daemontools: a set removes the
// old entry and puts the new one last.
#pragma once

#include "chainload/helpers/arena.hpp"

#include <cstddef>
#include <string_view>

namespace reeve::chainload {

// A name that a variable can have.
constexpr bool is_variable_name(std::string_view name) {
    return !name.empty() && name.find('=') == std::string_view::npos;
}

class environment {
public:
    explicit environment(char** inherited);
    environment(const environment&) = delete;
    environment& operator=(const environment&) = delete;

    // The value, which stays valid; nullptr if there is none.
    const char* get(std::string_view name) const;
    // False: out of memory; nothing has changed.
    [[nodiscard]] bool set(std::string_view name, std::string_view value);
    [[nodiscard]] bool unset(std::string_view name);
    // Keeps the entries for whose name keep(name) is true.
    template <class Keep>
    [[nodiscard]] bool retain(Keep&& keep) {
        if (!make_room()) return false;
        std::size_t kept = 0;
        for (std::size_t i = 0; i < count_; ++i)
            if (keep(name_of(entries_[i]))) entries_[kept++] = entries_[i];
        count_ = kept;
        entries_[count_] = nullptr;
        return true;
    }

    // For execve.
    char* const* list() const { return entries_; }
    // Memory that lasts until exec.
    arena& memory() { return memory_; }

private:
    static std::string_view name_of(std::string_view entry) { return entry.substr(0, entry.find('=')); }
    // The first entry of that name at `from` or later; count_: none.
    std::size_t find(std::string_view name, std::size_t from) const;
    // Room for one entry more, in a list of our own.
    bool make_room();

    arena memory_;
    char** entries_;
    std::size_t count_ = 0;
    std::size_t capacity_ = 0; // 0: the list is the inherited one
};

} // namespace reeve::chainload
