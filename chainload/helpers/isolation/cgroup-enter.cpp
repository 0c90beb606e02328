// cgroup-enter [-c] PATH [FILE=VALUE]… PROGRAM …: runs PROGRAM in a cgroup of the version 2 hierarchy, after having
// written VALUEs into FILEs of that group: memory.max=500M. -c makes groups on the way that are not there.
#include "chainload/helpers/isolation/cgroup_place.hpp"
#include "chainload/helpers/isolation/helpers.hpp"
#include "chainload/option_reader.hpp"

namespace reeve::chainload {

namespace {
// The length of FILE in "FILE=VALUE"; 0: it is none. All files of a cgroup have a dot in their name.
std::size_t file_of(std::string_view word) {
    std::size_t equals = word.find('=');
    if (equals > 200) return 0; // npos is more
    std::string_view name = word.substr(0, equals);
    for (char c : name) {
        bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '.' ||
                    c == '_' || c == '-';
        if (!good) return 0;
    }
    std::size_t dot = name.find('.');
    return dot == std::string_view::npos || dot == 0 ? 0 : equals;
}
} // namespace

next run_cgroup_enter(char** arguments, process& self) {
    bool make = false;
    option_reader options(arguments, "c");
    while (char option = options.next()) {
        if (option == option_reader::problem) return self.wrong_usage(options.complaint().view());
        make = true;
    }
    char** word = options.rest();
    const char* path = *word;
    if (path == nullptr) return self.wrong_usage();
    if (!is_cgroup_path(path)) return self.wrong_usage("cgroup-enter: .. has no place in PATH\n");
    char** values = ++word;
    while (*word != nullptr && file_of(*word) > 0) ++word;
    if (*word == nullptr) return self.wrong_usage();
    cgroup_place place;
    if (auto done = place.open(path, make, self.variables.memory()); !done)
        return self.unable(done.why().error, done.why().step, path);
    for (; values != word; ++values) {
        std::string_view text = *values;
        std::size_t length = file_of(text);
        if (auto done = place.set(text.substr(0, length), text.substr(length + 1)); !done)
            return self.unable(done.why().error, done.why().step, *values, " for ", path);
    }
    if (auto done = place.enter(); !done) return self.unable(done.why().error, done.why().step, path);
    return self.go_on(word);
}

} // namespace reeve::chainload
