// What a verb prints: collected, and written in few large pieces. Errors of stdout are fatal.
#pragma once

#include <string>
#include <string_view>

namespace reeve::svctl {

class output {
public:
    ~output();
    void add(std::string_view text);
    // Throws verb_error (111) if stdout does not take it.
    void flush();

private:
    std::string kept_;
};

// "svctl: warning: TEXT" on stderr.
void warn(std::string_view text);

} // namespace reeve::svctl
