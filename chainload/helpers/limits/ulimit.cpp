// ulimit [-S | -H] RESOURCE=LIMIT … PROGRAM …: sets resource limits by name. LIMIT is one for both the soft and the hard
// limit, or SOFT:HARD of which either can be left out, as prlimit(1) has it. -S and -H: where one stands for both, it is
// the soft, or the hard, limit alone.
#include "chainload/helpers/limits/helpers.hpp"
#include "chainload/helpers/limits/limit_value.hpp"
#include "chainload/option_reader.hpp"

namespace reeve::chainload {

namespace {
enum class meaning { both, soft, hard };

// "8M", "8M:", ":8M" or "8M:1G": changes `limit`; false if it is none of that.
bool apply(std::string_view text, limit_unit unit, meaning single, rlimit& limit) {
    std::size_t colon = text.find(':');
    bool pair = colon != std::string_view::npos;
    std::string_view soft = text.substr(0, colon), hard = pair ? text.substr(colon + 1) : soft;
    if (!pair && single == meaning::soft) hard = {};
    if (!pair && single == meaning::hard) soft = {};
    if (soft.empty() && hard.empty()) return false;
    const rlimit now = limit;
    if (!hard.empty()) {
        auto value = parse_limit_value(hard, unit, now);
        if (!value) return false;
        limit.rlim_max = *value;
        // A soft limit that nothing is said about comes down with it.
        if (soft.empty() && limit.rlim_cur > *value) limit.rlim_cur = *value;
    }
    if (!soft.empty()) {
        auto value = parse_limit_value(soft, unit, now);
        if (!value) return false;
        limit.rlim_cur = *value;
    }
    return true;
}
} // namespace

next run_ulimit(char** arguments, process& self) {
    meaning single = meaning::both;
    option_reader options(arguments, "SH");
    while (char option = options.next()) {
        if (option == option_reader::problem) return self.wrong_usage(options.complaint().view());
        single = option == 'S' ? meaning::soft : meaning::hard;
    }
    char** words = options.rest();
    for (; *words != nullptr; ++words) {
        std::string_view word(*words);
        std::size_t equals = word.find('=');
        if (equals == std::string_view::npos) break;
        auto complain = [&](std::string_view what) {
            return self.wrong_usage(text_buffer<128>("ulimit: ", what, word.substr(0, 64), '\n').view());
        };
        const resource_name* resource = find_resource(word.substr(0, equals));
        if (resource == nullptr) return complain("no such resource: ");
        rlimit limit;
        if (::getrlimit(resource->resource, &limit) < 0)
            return self.unable(errno, "read limit ", resource->name);
        if (!apply(word.substr(equals + 1), resource->unit, single, limit))
            return complain("no such limit: ");
        if (limit.rlim_cur > limit.rlim_max)
            return self.fatal("the soft limit would be above the hard limit: ", word);
        if (::setrlimit(resource->resource, &limit) < 0) return self.unable(errno, "set limit ", word);
    }
    return words == options.rest() ? self.wrong_usage() : self.go_on(words);
}

} // namespace reeve::chainload
