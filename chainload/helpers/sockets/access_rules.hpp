// The access rules of a server: a file of lines (access_rule.hpp), read again whenever it has changed.
//
// A file that has become unreadable or wrong does not open a door: the rules before it stay in force. Memory is that of
// the file's size, given back at each reading.
#pragma once

#include "chainload/helpers/sockets/access_rule.hpp"
#include "chainload/result.hpp"

#include <span>
#include <sys/stat.h>

namespace reeve::chainload {

inline constexpr std::size_t largest_rules_file = 4 * 1024 * 1024;

class access_rules {
public:
    access_rules() = default;
    access_rules(const access_rules&) = delete;
    access_rules& operator=(const access_rules&) = delete;
    ~access_rules() { drop(rules_, text_); }

    // Reads the file. False: problem() says why ("unable to read web.rules: …", "web.rules:3: …"), nothing has changed.
    bool load(const char* path);
    // Reads it again if it is not what it was. False: that did not work, and was not told about before.
    bool refresh();
    std::string_view problem() const { return problem_.view(); }

    // The rule that holds, the first of equals; nullptr if none does.
    const access_rule* find(const visitor& one) const;

private:
    static void drop(std::span<access_rule> rules, std::span<char> text);
    bool take(int fd, std::size_t size);
    bool parse(std::span<char> text, std::span<access_rule> room);

    const char* path_ = nullptr;
    struct stat seen_ {};
    bool wrong_ = false;             // that content could not be taken
    bool may_change_unseen_ = false; // it was written just now: a change at the same tick would look the same
    std::span<char> text_;           // pages of their own, as are the rules
    std::span<access_rule> rules_;
    std::size_t count_ = 0;
    text_buffer<512> problem_;
};

} // namespace reeve::chainload
