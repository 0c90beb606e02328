#include "tools/logtools/script.hpp"

#include "chainload/duration.hpp"
#include "chainload/number.hpp"

#include <algorithm>

namespace reeve::logtools {

using chainload::parse_number;
using verdict = std::optional<script_error>;

namespace {
constexpr std::uint64_t largest_size = std::uint64_t{1} << 50;

// What the words said so far, and whether n was among them.
struct reading {
    script& into;
    log_settings next;
    bool counted = false;
};

verdict wrong(std::string_view word, std::string_view text, std::string_view hint = {}) {
    return script_error{word, text, hint};
}

verdict read_size(std::string_view word, reading& all) {
    auto size = parse_size(word.substr(1));
    if (!size) return wrong(word, "is not a size", "s99999, s64k, s10M, s1G");
    all.next.size = *size;
    return {};
}

verdict read_count(std::string_view word, reading& all) {
    auto count = parse_number<unsigned>(word.substr(1));
    if (!count) return wrong(word, "is not a number of files", "n10");
    all.next.count = std::max(*count, 2U);
    all.counted = true;
    return {};
}

verdict read_total(std::string_view word, reading& all) {
    auto total = parse_size(word.substr(1));
    if (!total) return wrong(word, "is not a size of all files", "T100M");
    all.next.total = *total;
    return {};
}

verdict read_age(std::string_view word, reading& all) {
    auto age = parse_age(word.substr(1));
    if (!age) return wrong(word, "is not an age", "A12h, A7d, A4w");
    all.next.age = *age;
    return {};
}

verdict read_daily(std::string_view word, reading& all) {
    if (word.size() > 1) return wrong(word, "is not a word of this language", "d alone rotates at midnight");
    all.next.daily = true;
    return {};
}

verdict read_drops(std::string_view word, reading& all) {
    if (word.size() > 1)
        return wrong(word, "is not a word of this language", "D alone lets a full disk cost lines");
    all.next.drops = true;
    return {};
}

verdict read_level(std::string_view word, reading& all) {
    auto level = word.size() == 1 ? std::optional<unsigned>(3) : parse_number<unsigned>(word.substr(1));
    if (!level || *level < 1 || *level > 19) return wrong(word, "is not a level of zstd", "z, or z1 to z19");
    all.next.level = static_cast<signed char>(*level);
    return {};
}

verdict read_partial(std::string_view word, reading& all) {
    auto after = chainload::parse_duration(word.substr(1));
    if (!after || *after < 1 || *after > 86'400'000) return wrong(word, "is not a duration", "p500ms, p2s");
    all.into.partial_ms = *after;
    return {};
}

verdict read_processor(std::string_view word, reading& all) {
    all.next.processor = word.size() > 1 ? word.data() + 1 : nullptr;
    return {};
}

// The settings of a log, by first letter.
struct setting {
    char letter;
    verdict (*read)(std::string_view word, reading& all);
};
constexpr setting settings[] = {
    {'s', read_size},  {'n', read_count}, {'T', read_total},   {'A', read_age},       {'d', read_daily},
    {'D', read_drops}, {'z', read_level}, {'p', read_partial}, {'!', read_processor},
};

verdict add_action(action what, reading& all) {
    all.into.actions[all.into.action_count++] = what;
    return {};
}

verdict add_log(std::string_view word, reading& all) {
    script& into = all.into;
    if (into.log_count == most_logs) return wrong(word, "is one log too many", "32 are possible");
    log_settings& log = into.logs[into.log_count];
    log = all.next;
    log.directory = word.data();
    if (!all.counted && log.total == 0 && log.age == 0) log.count = 10;
    if (log.total != 0 && log.total < 2 * log.size)
        return wrong(word, "keeps less than two files of its size", "T must be at least twice s");
    if (log.processor != nullptr && log.level != 0)
        return wrong(word, "has both a processor and z", "let the processor compress");
    auto index = static_cast<unsigned char>(into.log_count++);
    return add_action({action_kind::log, index, word.data()}, all);
}

verdict add_status_file(std::string_view word, reading& all) {
    if (word.size() == 1) return wrong(word, "names no file", "=path");
    if (all.into.status_count == most_status_files)
        return wrong(word, "is one status file too many", "32 are possible");
    auto index = static_cast<unsigned char>(all.into.status_count++);
    return add_action({action_kind::status_file, index, word.data() + 1}, all);
}

verdict read_word(std::string_view word, reading& all) {
    if (word.empty()) return wrong("''", "is not a word of this language");
    switch (word[0]) {
    case '-': return add_action({action_kind::deselect, 0, word.data() + 1}, all);
    case '+': return add_action({action_kind::select, 0, word.data() + 1}, all);
    case 'e': return add_action({action_kind::alert}, all);
    case '=': return add_status_file(word, all);
    case '.':
    case '/': all.into.without_log = nullptr; return add_log(word, all);
    default: break;
    }
    for (const auto& entry : settings) {
        if (entry.letter != word[0]) continue;
        if (entry.letter != 'p') all.into.without_log = word.data();
        return entry.read(word, all);
    }
    if (word[0] == 't' || word == "i" || word == "l")
        return wrong(word, "must be the first word", "a stamp is put before all that patterns see");
    return wrong(word, "is not a word of this language", "a directory begins with . or /");
}

std::optional<stamp_kind> stamp_word(std::string_view word) {
    if (word.starts_with('t')) return stamp_kind::tai64n;
    if (word == "i") return stamp_kind::utc;
    if (word == "l") return stamp_kind::local;
    return std::nullopt;
}
} // namespace

verdict parse_script(std::span<char* const> words, script& into) {
    into.hash = 14695981039346656037U; // FNV-1a
    for (const char* word : words)
        for (const char* c = word;; ++c) {
            into.hash = (into.hash ^ static_cast<unsigned char>(*c)) * 1099511628211U;
            if (*c == '\0') break;
        }
    reading all{into, {}};
    if (!words.empty())
        if (auto kind = stamp_word(words[0])) {
            into.stamp = *kind;
            words = words.subspan(1);
        }
    for (const char* word : words)
        if (auto error = read_word(word, all)) return error;
    return {};
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
    unsigned shift = 0;
    if (text.ends_with('k')) shift = 10;
    if (text.ends_with('M')) shift = 20;
    if (text.ends_with('G')) shift = 30;
    if (shift > 0) text.remove_suffix(1);
    auto number = parse_number<std::uint64_t>(text);
    if (!number) return std::nullopt;
    if (shift == 0) return std::clamp(*number, least_size, most_plain_size);
    if (*number > largest_size >> shift) return std::nullopt;
    return std::max(*number << shift, least_size);
}

std::optional<std::int64_t> parse_age(std::string_view text) {
    struct unit {
        char suffix;
        std::int64_t seconds;
    };
    constexpr unit units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86'400}, {'w', 604'800}};
    std::int64_t seconds = 1;
    for (const auto& one : units) {
        if (!text.ends_with(one.suffix)) continue;
        seconds = one.seconds;
        text.remove_suffix(1);
        break;
    }
    auto number = parse_number<std::uint32_t>(text);
    if (!number || *number == 0) return std::nullopt;
    return seconds * *number;
}

} // namespace reeve::logtools
