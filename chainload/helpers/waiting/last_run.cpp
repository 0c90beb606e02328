#include "chainload/helpers/waiting/last_run.hpp"

#include "chainload/file.hpp"
#include "chainload/helpers/waiting/synced_file.hpp"
#include "chainload/number.hpp"
#include "chainload/text.hpp"

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
    if (dot > 11 || line.size() != dot + 4) return strange; // npos is more than 11
    auto seconds = parse_number<std::uint64_t>(line.substr(0, dot));
    auto thousandths = parse_number<std::uint64_t>(line.substr(dot + 1));
    if (!seconds || !thousandths) return strange;
    return std::optional<std::int64_t>(static_cast<std::int64_t>(*seconds * 1000 + *thousandths));
}

result<void> write_last_run(const char* file, std::int64_t time_ms) {
    text_buffer<32> line(time_ms / 1000, '.', time_ms % 1000 / 100, time_ms % 100 / 10, time_ms % 10, '\n');
    return write_synced_file(file, line.view());
}

} // namespace reeve::chainload
