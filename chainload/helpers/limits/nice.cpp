// nice [-n INCREMENT] PROGRAM …: changes the niceness, by 10 if nothing is said. The options are POSIX's; unlike
// there, an increment that is not allowed halts the chain.
#include "chainload/helpers/limits/helpers.hpp"
#include "chainload/number.hpp"
#include "chainload/option_reader.hpp"

#include <unistd.h>

namespace reeve::chainload {

next run_nice(char** arguments, process& self) {
    constexpr unsigned most = 40; // from one end of the scale to the other
    int increment = 10;
    option_reader options(arguments, "n:");
    while (char option = options.next()) {
        if (option == option_reader::problem) return self.wrong_usage(options.complaint().view());
        std::string_view text(options.value());
        bool negative = text.starts_with('-');
        if (negative || text.starts_with('+')) text.remove_prefix(1);
        auto number = parse_number<unsigned>(text);
        if (!number) return self.wrong_usage("nice: INCREMENT is a number\n");
        int size = static_cast<int>(*number < most ? *number : most);
        increment = negative ? -size : size;
    }
    if (*options.rest() == nullptr) return self.wrong_usage();
    errno = 0; // -1 can be a niceness
    if (::nice(increment) == -1 && errno != 0) return self.unable(errno, "change niceness");
    return self.go_on(options.rest());
}

} // namespace reeve::chainload
