#include "chainload/helpers/limits/cpu_list.hpp"

#include "chainload/number.hpp"

namespace reeve::chainload {

bool cpu_list::add(std::string_view text) {
    for (;;) {
        std::size_t comma = text.find(',');
        if (!add_range(text.substr(0, comma))) return false;
        if (comma == std::string_view::npos) return true;
        text.remove_prefix(comma + 1);
    }
}

bool cpu_list::add_range(std::string_view text) {
    std::size_t dash = text.find('-'), colon = text.find(':');
    auto first = parse_number<unsigned>(text.substr(0, dash)), last = first;
    std::optional<unsigned> step = 1u;
    if (dash != std::string_view::npos) {
        last = parse_number<unsigned>(text.substr(dash + 1, colon - dash - 1));
        if (colon != std::string_view::npos) step = parse_number<unsigned>(text.substr(colon + 1));
    }
    if (!first || !last || !step || *step == 0 || *first > *last || *last >= most) return false;
    for (unsigned cpu = *first; cpu <= *last; cpu += *step < most ? *step : most)
        words_[cpu / word_bits] |= 1ul << (cpu % word_bits);
    return true;
}

} // namespace reeve::chainload
