#include "chainload/helpers/isolation/mount_namespace.hpp"

#include "chainload/helpers/isolation/namespace_kinds.hpp"

#include <sys/syscall.h>
#include <unistd.h>

namespace reeve::chainload {

result<void> set_propagation(unsigned long kind) {
    if (::mount("none", "/", nullptr, MS_REC | kind, nullptr) < 0)
        return failed("change the propagation of mounts");
    return {};
}

result<void> enter_mount_namespace() {
    if (auto made = make_namespaces(new_mount); !made) return made;
    return set_propagation(MS_SLAVE);
}

working_directory::working_directory() {
    // The system call itself: a library may do without it and allocate.
    path_.add_with([](char* room, std::size_t size) { return ::syscall(SYS_getcwd, room, size) > 0; });
}

result<void> working_directory::enter_again() const {
    // "(unreachable)/…" is outside of the root directory.
    bool has_name = !path_.overflowed() && path_.view().starts_with('/');
    if (has_name && ::chdir(path_.c_str()) == 0) return {};
    if (::chdir("/") < 0) return failed("change directory to /");
    return {};
}

} // namespace reeve::chainload
