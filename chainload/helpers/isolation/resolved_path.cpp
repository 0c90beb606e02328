#include "chainload/helpers/isolation/resolved_path.hpp"

#include "chainload/unique_fd.hpp"

#include <fcntl.h>
#include <sys/types.h>

namespace reeve::chainload {

result<path_text> resolve_path(const char* path, const char* step) {
    unique_fd place(::open(path, O_PATH | O_CLOEXEC));
    if (!place) return failed(step);
    path_text name;
    name.add_with([&](char* room, std::size_t size) {
        ssize_t got = ::readlink(text_buffer<40>("/proc/self/fd/", place.get()).c_str(), room, size - 1);
        if (got >= 0) room[got] = '\0';
        return got >= 0;
    });
    // "(unreachable)" and the like begin otherwise.
    if (!name.view().starts_with('/')) {
        name.clear();
        name.add(path);
    }
    if (name.overflowed()) return failure{ENAMETOOLONG, step};
    return name;
}

} // namespace reeve::chainload
