#include "tools/svctl/status_table.hpp"

#include "tools/svctl/duration_words.hpp"
#include "tools/svctl/end_words.hpp"
#include "tools/svctl/status_words.hpp"

namespace reeve::svctl {

namespace {
constexpr const char* nothing = "-";

cell number_cell(bool known, std::uint64_t number) {
    return {known ? std::to_string(number) : nothing, colour::none};
}

colour colour_of_end(const supervise::status_record& record) {
    bool well = record.cause == supervise::cause::exited && record.wait_status == 0;
    return well ? colour::dim : colour::yellow;
}

std::vector<cell> row_of(const snapshot& seen, std::int64_t now_ms) {
    const supervise::status_record& record = seen.record;
    bool runs = seen.running();
    bool ours = runs && !record.foreign;
    auto age = runs || seen.main_alive ? age_ms(seen, now_ms) : std::nullopt;
    std::string end = ours ? end_words(record.cause, record.wait_status) : "";
    bool wanting = runs && record.want == supervise::want::up &&
                   (record.phase == supervise::phase::down || record.phase == supervise::phase::failed);
    return {
        {seen.name, colour::bold},
        {std::string(phase_word(seen)), colour_of_phase(seen)},
        {age ? duration_words(*age) : nothing},
        number_cell(seen.main_alive, record.pid),
        number_cell(ours, restarts(seen)),
        {end.empty() ? nothing : end, end.empty() ? colour::none : colour_of_end(record)},
        {seen.used ? cpu_words(seen.used->cpu_ms) : nothing},
        {seen.used ? memory_words(seen.used->memory_bytes) : nothing},
        {runs ? std::string(want_word(record.want)) : nothing, wanting ? colour::yellow : colour::none},
        {remark(seen, now_ms)},
    };
}
} // namespace

table status_table(const std::vector<snapshot>& services, std::int64_t now_ms) {
    table content;
    content.columns = {
        {"NAME"},
        {"PHASE"},
        {"SINCE", true, 1},
        {"PID", true, 2},
        {"RESTARTS", true, 3},
        {"LAST END", false, 4},
        {"CPU", true, 6},
        {"MEMORY", true, 5},
        {"WANT", false, 7},
        {"REMARK"},
    };
    for (const snapshot& one : services) content.rows.push_back(row_of(one, now_ms));
    return content;
}

} // namespace reeve::svctl
