// fdclose FD PROGRAM …: closes a descriptor. One that is not open is no error. As execline's.
#include "chainload/helpers/descriptors/fd_number.hpp"
#include "chainload/helpers/descriptors/helpers.hpp"

#include <unistd.h>

namespace reeve::chainload {

next run_fdclose(char** arguments, process& self) {
    if (arguments[1] == nullptr || arguments[2] == nullptr) return self.wrong_usage();
    auto fd = parse_fd(arguments[1]);
    if (!fd) return self.wrong_usage("fdclose: FD is a number\n");
    ::close(*fd);
    return self.go_on(arguments + 2);
}

} // namespace reeve::chainload
