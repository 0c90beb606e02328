// How the values of setting files are parsed: one function per kind of value, for the table in settings.cpp.
//
// Every parser takes the whole text of a file and is strict: what it does not understand to the last byte it
// refuses, and then it leaves the field as it was.
#pragma once

#include "chainload/number.hpp"
#include "chainload/signals.hpp"
#include "supervise/settings.hpp"

#include <algorithm>

namespace reeve::supervise::parsers {

using chainload::parse_number;
using chainload::parse_signal;
using chainload::trim_blanks;

inline constexpr std::uint64_t most_ms = 1'000'000'000'000; // 31 years: sums of a few never overflow
inline constexpr std::uint64_t most_factor = 1000;

// Splits one line at blanks and tabs. Nothing if there are no words, or more than fit.
inline std::optional<std::size_t> split_words(std::string_view line, std::span<std::string_view> into) {
    std::size_t count = 0;
    for (;;) {
        std::size_t begin = line.find_first_not_of(" \t");
        if (begin == std::string_view::npos) break;
        if (count == into.size()) return std::nullopt;
        line.remove_prefix(begin);
        into[count] = line.substr(0, line.find_first_of(" \t"));
        line.remove_prefix(into[count++].size());
    }
    return count == 0 ? std::nullopt : std::optional(count);
}

inline std::optional<std::uint64_t> number_between(std::string_view text, std::uint64_t least,
                                                   std::uint64_t most) {
    auto value = parse_number<std::uint64_t>(text);
    return value && *value >= least && *value <= most ? value : std::nullopt;
}

template <auto Field, std::uint64_t Least, std::uint64_t Most>
bool number(std::string_view text, settings& into) {
    auto value = number_between(trim_blanks(text), Least, Most);
    if (!value) return false;
    using type = std::remove_reference_t<decltype(into.*Field)>;
    into.*Field = static_cast<type>(*value);
    return true;
}

template <class Value>
struct meaning {
    std::string_view word;
    Value value;
};
inline constexpr meaning<kill_mode> kill_modes[] = {
    {"main", kill_mode::main}, {"group", kill_mode::group}, {"tree", kill_mode::tree}};
inline constexpr meaning<bool> leftover_rules[] = {{"kill", false}, {"keep", true}};
inline constexpr meaning<restart_policy> restart_policies[] = {{"always", restart_policy::always},
                                                               {"on-failure", restart_policy::on_failure},
                                                               {"never", restart_policy::never}};

template <auto Field, auto& Words>
bool one_word(std::string_view text, settings& into) {
    for (const auto& entry : Words)
        if (entry.word == trim_blanks(text)) {
            into.*Field = entry.value;
            return true;
        }
    return false;
}

inline bool signal_value(std::string_view text, settings& into) {
    auto signal = parse_signal(trim_blanks(text));
    if (!signal) return false;
    into.down_signal = *signal;
    return true;
}

inline bool pid_file_path(std::string_view text, settings& into) {
    std::string_view path = trim_blanks(text);
    if (path.size() >= longest_pid_file ||
        path.find_first_of(std::string_view("\n\r\0", 3)) != std::string_view::npos)
        return false;
    into.forking = true;
    into.pid_file.clear();
    into.pid_file.add(path);
    return true;
}

inline bool ladder(std::string_view text, settings& into) {
    if (text.ends_with('\n')) text.remove_suffix(1);
    std::array<stop_step, most_stop_steps> steps{};
    std::uint8_t count = 0;
    for (bool more = true; more;) {
        std::size_t end = text.find('\n');
        std::array<std::string_view, 2> words;
        if (count == most_stop_steps || split_words(text.substr(0, end), words) != 2) return false;
        auto signal = parse_signal(words[0]);
        auto wait = number_between(words[1], 0, most_ms);
        if (!signal || !wait) return false;
        steps[count++] = {*signal, static_cast<std::int64_t>(*wait)};
        more = end != std::string_view::npos;
        if (more) text.remove_prefix(end + 1);
    }
    into.stop_steps = steps;
    into.stop_step_count = count;
    return true;
}

inline bool backoff(std::string_view text, settings& into) {
    std::array<std::string_view, 3> words;
    if (split_words(trim_blanks(text), words) != 3) return false;
    auto least = number_between(words[0], 1, most_ms), factor = number_between(words[1], 1, most_factor),
         most = number_between(words[2], 1, most_ms);
    if (!least || !factor || !most || *most < *least) return false;
    into.restart_delay = {static_cast<std::int64_t>(*least), static_cast<std::int64_t>(*factor),
                          static_cast<std::int64_t>(*most)};
    return true;
}

// A lone COUNT is s6's form of the file, which only sizes its list of deaths there: no limit.
inline bool tally(std::string_view text, settings& into) {
    std::array<std::string_view, 2> words;
    auto found = split_words(trim_blanks(text), words);
    if (!found) return false;
    auto count = number_between(words[0], 0, most_counted_deaths);
    auto seconds =
        *found == 2 ? number_between(words[1], 0, most_ms / 1000) : std::optional<std::uint64_t>(0);
    if (!count || !seconds || (*found == 2 && *count > 0 && *seconds == 0)) return false;
    bool limited = *count > 0 && *seconds > 0;
    into.max_death_tally =
        limited ? tally_rule{static_cast<std::uint32_t>(*count), static_cast<std::int64_t>(*seconds)}
                : tally_rule{};
    return true;
}

inline bool success_list(std::string_view text, settings& into) {
    text = trim_blanks(text);
    auto codes = settings{}.success_codes; // exit 0 is success whatever else is
    chainload::bit_set<256> signals;       // the same type as codes: g++ 12 warns wrongly when it folds two
    if (text.empty()) return false;
    while (!text.empty()) {
        std::string_view word = text.substr(0, text.find_first_of(" \t"));
        if (auto code = parse_number<std::uint8_t>(word))
            codes.add(*code);
        else if (auto signal = parse_signal(word); signal && !(word[0] >= '0' && word[0] <= '9'))
            signals.add(static_cast<std::size_t>(*signal));
        else
            return false;
        text.remove_prefix(word.size());
        text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    }
    into.success_codes = codes;
    into.success_signals = signals;
    return true;
}

} // namespace reeve::supervise::parsers
