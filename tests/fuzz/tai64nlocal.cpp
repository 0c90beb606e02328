// Any bytes through tai64nlocal: a line that begins with a label begins with its time instead, in UTC here and read by
// another parser; everything else passes as it is.
#include "tests/fuzz/scratch_file.hpp"
#include "tests/fuzz/targets.hpp"
#include "tools/logtools/log_tool.hpp"
#include "tools/svctl/time_text.hpp"

#include <algorithm>
#include <ctime>
#include <string>

namespace reeve::tests {

namespace {
// A standard descriptor is another one for a while.
class stand_in {
public:
    stand_in(int standard, int instead)
        : standard_(standard)
        , before_(::fcntl(standard, F_DUPFD_CLOEXEC, 10)) {
        ::dup2(instead, standard);
    }
    ~stand_in() {
        if (before_ >= 0)
            ::dup2(before_, standard_);
        else
            ::close(standard_);
        ::close(before_);
    }
    stand_in(const stand_in&) = delete;
    stand_in& operator=(const stand_in&) = delete;

private:
    int standard_, before_;
};

std::string through_the_tool(std::string_view input) {
    scratch_file in(input), out("");
    {
        stand_in first(STDIN_FILENO, in.fd()), second(STDOUT_FILENO, out.fd());
        must_hold(logtools::tai64nlocal(nullptr) == 0, "it reads to the end");
    }
    std::string text(static_cast<std::size_t>(::lseek(out.fd(), 0, SEEK_END)), '\0');
    out.rewind();
    must_hold(::read(out.fd(), text.data(), text.size()) == static_cast<ssize_t>(text.size()),
              "what it wrote can be read");
    return text;
}

std::string expected(std::string_view input) {
    std::string text;
    while (!input.empty()) {
        std::string_view line = input.substr(0, std::min(input.find('\n'), input.size() - 1) + 1);
        input.remove_prefix(line.size());
        if (auto label = svctl::parse_stamp_label(line)) {
            auto second = static_cast<time_t>(label->seconds);
            std::tm parts{};
            if (::localtime_r(&second, &parts) == nullptr) {
                text += line;
                continue;
            }
            char time[80];
            std::snprintf(time, sizeof time, parts.tm_year > 8099 ? "%012ld-" : "%04ld-",
                          1900L + parts.tm_year);
            text += time;
            std::snprintf(time, sizeof time, "%02d-%02d %02d:%02d:%02d.%09u", parts.tm_mon + 1, parts.tm_mday,
                          parts.tm_hour, parts.tm_min, parts.tm_sec, label->nanoseconds);
            text += time;
            line.remove_prefix(svctl::stamp_label_size);
        }
        text += line;
    }
    return text;
}
} // namespace

void fuzz_tai64nlocal(std::string_view input) {
    must_hold(through_the_tool(input) == expected(input), "labels become times, and nothing else changes");
}

} // namespace reeve::tests
