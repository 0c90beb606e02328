#include "chainload/helpers/waiting/synced_file.hpp"

#include "chainload/file.hpp"
#include "chainload/text.hpp"

#include <climits>
#include <cstdio>

namespace reeve::chainload {

result<void> write_synced_file(const char* file, std::string_view bytes) {
    text_buffer<PATH_MAX> fresh(file, ".new");
    if (fresh.overflowed()) return failure{ENAMETOOLONG, "write"};
    // What stands under that name, a symlink of somebody else say, is not written to.
    if (::unlink(fresh.c_str()) < 0 && errno != ENOENT) return failed("replace");
    auto out =
        open_at(AT_FDCWD, fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644, "write beside");
    if (!out) return out.why();
    auto written = write_all(out->get(), bytes, "write");
    if (!written) return written;
    if (::fdatasync(out->get()) < 0) return failed("write");
    if (::rename(fresh.c_str(), file) < 0) return failed("replace");
    return {};
}

} // namespace reeve::chainload
