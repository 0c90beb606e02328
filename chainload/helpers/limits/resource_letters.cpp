#include "chainload/helpers/limits/resource_letters.hpp"

namespace reeve::chainload {

bool parse_limit(std::string_view text, rlim_t& limit) {
    rlim_t value = 0;
    for (char c : text) {
        if (c < '0' || c > '9') return false;
        rlim_t digit = static_cast<rlim_t>(c - '0');
        value = value > (RLIM_INFINITY - digit) / 10 ? RLIM_INFINITY : value * 10 + digit;
    }
    limit = value;
    return true;
}

next change_limits(char** arguments, process& self, bool (*change)(rlimit&, std::string_view)) {
    option_reader options(arguments, "a:c:d:f:l:m:o:p:r:s:t:");
    while (char option = options.next()) {
        if (option == option_reader::problem) return self.wrong_usage(options.complaint().view());
        for (const auto& one : resource_letters) {
            if (one.letter != option) continue;
            rlimit limit;
            if (::getrlimit(one.resource, &limit) < 0)
                return self.fatal("getrlimit failed: ", error_text(errno));
            if (!change(limit, options.value())) return self.wrong_usage();
            if (::setrlimit(one.resource, &limit) < 0)
                return self.fatal("setrlimit failed: ", error_text(errno));
        }
    }
    return self.go_on(options.rest());
}

} // namespace reeve::chainload
