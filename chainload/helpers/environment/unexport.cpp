// unexport NAME PROGRAM …: removes a variable. One that is not there is no error.
#include "chainload/helpers/environment/helpers.hpp"

namespace reeve::chainload {

next run_unexport(char** arguments, process& self) {
    if (arguments[1] == nullptr || arguments[2] == nullptr) return self.wrong_usage();
    if (!is_variable_name(arguments[1]))
        return self.wrong_usage("unexport: a variable's name is not empty and has no =\n");
    if (!self.variables.unset(arguments[1])) return self.out_of_memory();
    return self.go_on(arguments + 2);
}

} // namespace reeve::chainload
