// prepend-path NAME ENTRY PROGRAM …: puts ENTRY before the others of the colon-separated list in the variable NAME.
// PROGRAM is looked for in the PATH that results.
#include "chainload/helpers/environment/path_list.hpp"

namespace reeve::chainload {

next run_prepend_path(char** arguments, process& self) {
    return extend_path(arguments, self, list_end::front);
}

} // namespace reeve::chainload
