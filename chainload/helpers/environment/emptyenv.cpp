// emptyenv [-p] [-k NAME]… PROGRAM …: removes every variable but the named ones; -p is -k PATH. PROGRAM is looked for
// in the PATH from before, so that it is found whether PATH is kept or not.
#include "chainload/helpers/environment/helpers.hpp"
#include "chainload/option_reader.hpp"

namespace reeve::chainload {

next run_emptyenv(char** arguments, process& self) {
    constexpr std::size_t most_kept = 64;
    std::array<std::string_view, most_kept> kept;
    std::size_t count = 0;
    option_reader options(arguments, "pk:");
    while (char option = options.next()) {
        if (option == option_reader::problem) return self.wrong_usage(options.complaint().view());
        if (count == most_kept) return self.wrong_usage("emptyenv: more than 64 names to keep\n");
        kept[count++] = option == 'p' ? "PATH" : options.value();
    }
    if (*options.rest() == nullptr) return self.wrong_usage();
    const char* search = self.variables.get("PATH");
    auto keep = [&](std::string_view name) {
        for (std::size_t i = 0; i < count; ++i)
            if (kept[i] == name) return true;
        return false;
    };
    if (!self.variables.retain(keep)) return self.out_of_memory();
    next then = self.go_on(options.rest());
    then.search = search;
    then.own_search = true;
    return then;
}

} // namespace reeve::chainload
