#include "chainload/helpers/isolation/own_proc_file.hpp"

#include "chainload/file.hpp"

#include <sys/prctl.h>

namespace reeve::chainload {

result<void> write_own_proc_file(const char* path, std::string_view text, const char* step) {
    auto file = open_at(AT_FDCWD, path, O_WRONLY, 0, step);
    if (!file && file.why().error == EACCES && ::prctl(PR_GET_DUMPABLE) != 1) {
        if (::prctl(PR_SET_DUMPABLE, 1) < 0) return failed(step);
        file = open_at(AT_FDCWD, path, O_WRONLY, 0, step);
        ::prctl(PR_SET_DUMPABLE, 0);
    }
    if (!file) return file.why();
    return write_all(file->get(), text, step);
}

} // namespace reeve::chainload
