// envdir [-f] DIR PROGRAM …: each file of DIR is a variable: its first line without blanks at its end, NUL read as
// newline; an empty file removes the variable. Names that begin with "." are left out. As daemontools', whose
// exit code for wrong usage is 111, and which looks for PROGRAM in the PATH from before.
//
// -f is strict: a name with "=", more than one line, a blank that would be cut and a NUL are errors.
#include "chainload/file.hpp"
#include "chainload/helpers/environment/helpers.hpp"
#include "chainload/helpers/environment/variable_directory.hpp"

namespace reeve::chainload {

next run_envdir(char** arguments, process& self) {
    bool strict = arguments[1] != nullptr && arguments[1] == std::string_view("-f");
    if (strict) ++arguments;
    const char* dir = arguments[1];
    if (dir == nullptr || arguments[2] == nullptr) return self.wrong_usage();
    const char* search = self.variables.get("PATH");
    auto there = open_at(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY);
    if (!there)
        return self.unable(there.why().error, is_enterable(dir) ? "read directory " : "switch to directory ",
                           dir);
    variable_directory variables(self, dir, strict);
    if (!variables.read_all(there->get())) return variables.problem();
    next then = self.go_on(arguments + 2);
    then.search = search;
    then.own_search = true;
    return then;
}

} // namespace reeve::chainload
