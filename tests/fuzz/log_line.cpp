// Any bytes as a line of a log. Its stamp is a part of it, and what is shown of it is one line without control
// characters; and the stamp that multilog makes of a moment, which the first bytes choose, is read as that moment.
#include "tests/fuzz/targets.hpp"
#include "tools/logtools/old_name.hpp"
#include "tools/logtools/stamp.hpp"
#include "tools/svctl/log_text.hpp"

#include <algorithm>
#include <cstring>

namespace reeve::tests {

using namespace svctl;

namespace {
void check_reading(std::string_view line) {
    auto stamp = parse_line_stamp(line);
    auto label = parse_stamp_label(line);
    must_hold(!label || (stamp && stamp->when == *label && stamp->size == stamp_label_size),
              "a label is a stamp");
    bool named = logtools::stamp_of(line) != chainload::tai64n{};
    must_hold(!named || label, "what names an old file is a label");
    if (!stamp) return;
    must_hold(stamp->size > 0 && stamp->size <= line.size(), "a stamp is a part of the line");
    must_hold(stamp->when.nanoseconds < 1'000'000'000, "a second has so many nanoseconds");
    must_hold(!readable_time(stamp->when, zone::utc).empty() && !rfc3339(stamp->when).empty(),
              "a stamp can be shown");
}

void check_showing(std::string_view text) {
    log_line line;
    line.text = text;
    if (auto stamp = parse_line_stamp(text)) {
        line.when = stamp->when;
        line.stamped = true;
        line.stamp_size = stamp->size;
    }
    std::string_view rest = text_of(line);
    must_hold(std::string_view(line.text).ends_with(rest), "the text is the end of the line");
    log_style style;
    style.for_terminal = true;
    style.in = zone::utc;
    for (bool raw : {false, true}) {
        style.raw = raw;
        std::string shown = log_text("web", line, style);
        must_hold(shown.ends_with('\n'), "a line ends");
        shown.pop_back();
        must_hold(std::none_of(shown.begin(), shown.end(),
                               [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == 0x7f; }),
                  "no control character is shown");
    }
}

void check_stamps(std::string_view choice) {
    std::uint32_t seconds = 0, nanoseconds = 0;
    std::memcpy(&seconds, choice.data(), 4);
    std::memcpy(&nanoseconds, choice.data() + 4, 4);
    nanoseconds %= 1'000'000'000;
    long offset = (static_cast<signed char>(choice[8]) % 56) * 900L; // quarters of an hour, up to 14 of them
    timespec now{static_cast<time_t>(seconds), static_cast<long>(nanoseconds)};
    for (auto kind : {logtools::stamp_kind::tai64n, logtools::stamp_kind::utc, logtools::stamp_kind::local}) {
        auto made = logtools::make_stamp(kind, now, offset);
        auto read = parse_line_stamp(made.view());
        must_hold(read && read->size + 1 == made.size, "a stamp of ours is read whole");
        bool exact = kind == logtools::stamp_kind::tai64n;
        std::uint32_t kept = exact ? nanoseconds : nanoseconds / 1000 * 1000;
        bool before_epoch = kind == logtools::stamp_kind::local && now.tv_sec + offset < 0;
        must_hold(before_epoch || (read->when.seconds == now.tv_sec && read->when.nanoseconds == kept),
                  "and is the moment");
    }
}
} // namespace

void fuzz_log_line(std::string_view input) {
    constexpr std::size_t choice = 9;
    if (input.size() < choice) return;
    check_stamps(input);
    input.remove_prefix(choice);
    std::string_view line = input.substr(0, input.find('\n'));
    check_reading(line);
    check_showing(line);
}

} // namespace reeve::tests
