// export NAME VALUE PROGRAM …: sets a variable.
#include "chainload/helpers/environment/helpers.hpp"

namespace reeve::chainload {

next run_export(char** arguments, process& self) {
    if (arguments[1] == nullptr || arguments[2] == nullptr || arguments[3] == nullptr)
        return self.wrong_usage();
    if (!is_variable_name(arguments[1]))
        return self.wrong_usage("export: a variable's name is not empty and has no =\n");
    if (!self.variables.set(arguments[1], arguments[2])) return self.out_of_memory();
    return self.go_on(arguments + 3);
}

} // namespace reeve::chainload
