// softlimit OPTIONS PROGRAM …: sets soft resource limits. As daemontools': "=" means the hard limit, and what is
// above the hard limit becomes it.
#include "chainload/helpers/limits/helpers.hpp"
#include "chainload/option_reader.hpp"

#include <sys/resource.h>

namespace reeve::chainload {

namespace {
struct limit_option {
    char letter;
    int resource;
};
// -m stands for four.
constexpr limit_option options_of[] = {
    {'a', RLIMIT_AS},      {'c', RLIMIT_CORE},   {'d', RLIMIT_DATA},  {'f', RLIMIT_FSIZE},
    {'l', RLIMIT_MEMLOCK}, {'m', RLIMIT_DATA},   {'m', RLIMIT_STACK}, {'m', RLIMIT_MEMLOCK},
    {'m', RLIMIT_AS},      {'o', RLIMIT_NOFILE}, {'p', RLIMIT_NPROC}, {'r', RLIMIT_RSS},
    {'s', RLIMIT_STACK},   {'t', RLIMIT_CPU},
};

// daemontools reads digits and takes no digits for 0; a number too large to be one is above every hard limit.
bool parse_limit(std::string_view text, rlim_t hard, rlim_t& soft) {
    rlim_t value = 0;
    for (char c : text) {
        if (c < '0' || c > '9') return false;
        rlim_t digit = static_cast<rlim_t>(c - '0');
        value = value > (RLIM_INFINITY - digit) / 10 ? RLIM_INFINITY : value * 10 + digit;
    }
    soft = value > hard ? hard : value;
    return true;
}
} // namespace

next run_softlimit(char** arguments, process& self) {
    option_reader options(arguments, "a:c:d:f:l:m:o:p:r:s:t:");
    while (char option = options.next()) {
        if (option == option_reader::problem) return self.wrong_usage(options.complaint().view());
        for (const auto& one : options_of) {
            if (one.letter != option) continue;
            rlimit limit;
            if (::getrlimit(one.resource, &limit) < 0)
                return self.fatal("getrlimit failed: ", error_text(errno));
            if (std::string_view text = options.value(); text == "=")
                limit.rlim_cur = limit.rlim_max;
            else if (!parse_limit(text, limit.rlim_max, limit.rlim_cur))
                return self.wrong_usage();
            if (::setrlimit(one.resource, &limit) < 0)
                return self.fatal("setrlimit failed: ", error_text(errno));
        }
    }
    return self.go_on(options.rest());
}

} // namespace reeve::chainload
