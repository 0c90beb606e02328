#include "chainload/helpers/waiting/last_run.hpp"

#include "chainload/file.hpp"
#include "chainload/number.hpp"
#include "chainload/text.hpp"

#include <climits>
#include <cstdio>

namespace reeve::chainload {

result<std::optional<std::int64_t>> read_last_run(const char* file) {
    char buffer[32];
    auto text = read_whole_at(AT_FDCWD, file, buffer);
    if (!text && text.why().error == ENOENT) return std::optional<std::int64_t>();
    if (!text) return failure{text.why().error == E2BIG ? EINVAL : text.why().error, "read"};
    if (text->empty()) return std::optional<std::int64_t>();
    std::string_view line = trim_blanks(*text);
    std::size_t dot = line.find('.');
    constexpr failure strange{EINVAL, "read"};
    if (dot == std::string_view::npos || dot > 11 || line.size() != dot + 4) return strange;
    auto seconds = parse_number<std::uint64_t>(line.substr(0, dot));
    auto thousandths = parse_number<std::uint64_t>(line.substr(dot + 1));
    if (!seconds || !thousandths) return strange;
    return std::optional<std::int64_t>(static_cast<std::int64_t>(*seconds * 1000 + *thousandths));
}

result<void> write_last_run(const char* file, std::int64_t time_ms) {
    text_buffer<PATH_MAX> fresh(file, ".new");
    if (fresh.overflowed()) return failure{ENAMETOOLONG, "write"};
    text_buffer<32> line(time_ms / 1000, '.', time_ms % 1000 / 100, time_ms % 100 / 10, time_ms % 10, '\n');
    // What stands under that name, a symlink of somebody else say, is not written to.
    if (::unlink(fresh.c_str()) < 0 && errno != ENOENT) return failed("replace");
    auto out =
        open_at(AT_FDCWD, fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644, "write beside");
    if (!out) return out.why();
    auto written = write_all(out->get(), line.view(), "write");
    if (!written) return written;
    if (::fdatasync(out->get()) < 0) return failed("write");
    if (::rename(fresh.c_str(), file) < 0) return failed("replace");
    return {};
}

} // namespace reeve::chainload
