// append-path NAME ENTRY PROGRAM …: puts ENTRY after the others of the colon-separated list in the variable NAME.
// PROGRAM is looked for in the PATH that results.
#include "chainload/helpers/environment/path_list.hpp"

namespace reeve::chainload {

next run_append_path(char** arguments, process& self) {
    return extend_path(arguments, self, list_end::back);
}

} // namespace reeve::chainload
