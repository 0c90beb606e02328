// The way to a path, step by step and through its symlinks, as far as there is one: each step is a directory that can
// be watched before the next step is looked at.
#pragma once

#include "chainload/result.hpp"
#include "chainload/text.hpp"

#include <climits>
#include <string_view>

namespace reeve::chainload {

class path_way {
public:
    explicit path_way(std::string_view path);

    // Where it is: first / or the current directory. Free of symlinks.
    const char* here() const { return here_.c_str(); }
    bool is_end() const { return rest_.empty(); }
    // Goes on to the next step. False: there is none, or it may not be looked at. note(name) is called for each name
    // that is looked for.
    template <class Note>
    result<bool> advance(Note&& note) {
        for (;;) {
            std::string_view name = take_name();
            note(name);
            auto one = pass(name);
            if (!one) return one.why();
            if (*one != turn) return *one == arrived;
        }
    }

private:
    enum passed { arrived, nothing_there, turn };
    using path_text = text_buffer<PATH_MAX>;

    std::string_view take_name();
    result<passed> pass(std::string_view name);
    result<passed> follow_link(const char* link);
    void skip_slashes() {
        while (rest_.starts_with('/')) rest_.remove_prefix(1);
    }

    path_text here_, target_; // rest_ is in target_ behind a symlink
    std::string_view rest_;
    int links_ = 0;
};

} // namespace reeve::chainload
