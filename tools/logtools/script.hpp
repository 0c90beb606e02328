// A multilog script: the words of the command line as a list of actions and, for each log, its settings. Pure.
//
// daemontools' words keep their meaning (multilog.c of daemontools 0.76). Words that it would silently ignore are
// errors here, because a log that is not written is noticed when it is needed. Nothing is allocated: a script holds
// pointers to the words, and lists that the caller gives.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace reeve::logtools {

enum class stamp_kind : unsigned char { none, tai64n, utc, local };

enum class action_kind : unsigned char { deselect, select, alert, status_file, log };

struct action {
    action_kind kind;
    unsigned char index = 0; // of the log, or of the status file
    const char* text = "";   // pattern or path
};

// What stands before a directory counts for it and for those behind it.
struct log_settings {
    std::uint64_t size = 99'999;     // bytes at which `current` is rotated at the latest
    unsigned count = 0;              // files kept, `current` included; 0 is no limit
    std::uint64_t total = 0;         // bytes kept, `current` at its largest included; 0 is no limit
    std::int64_t age = 0;            // seconds for which old files are kept; 0 is for ever
    const char* processor = nullptr; // for /bin/sh -c
    signed char level = 0;           // of zstd; 0 is no compression
    bool daily = false;              // rotated at midnight too
    bool drops = false;              // a full disk costs the oldest lines and does not block the writer
    const char* directory = nullptr;
};

inline constexpr std::size_t most_logs = 32, most_status_files = 32;
inline constexpr std::uint64_t least_size = 4096, most_plain_size = 16'777'215;
// The first so many bytes of a line, its stamp included, are what patterns see; so many go into a status file, an alert.
inline constexpr std::size_t matched_bytes = 1000, status_bytes = 1001, alert_bytes = 200;

struct script {
    stamp_kind stamp = stamp_kind::none;
    std::int64_t partial_ms =
        0; // after which the begin of a line is written without its end; 0: see `simple`
    std::size_t action_count = 0, log_count = 0, status_count = 0;
    std::uint64_t hash = 0;            // of all words: the same hash, the same script
    const char* without_log = nullptr; // a setting behind the last directory: it counts for nothing
    // Given by the caller: room for as many actions as there are words, and for as many logs, or for most_logs.
    std::span<action> actions;
    std::span<log_settings> logs;

    std::span<const action> all_actions() const { return actions.first(action_count); }
    // Every line goes to every log as it is: there is nothing to decide, so nothing of a line is ever held back.
    bool simple() const { return action_count == log_count; }
};

struct script_error {
    std::string_view word, text, hint;
};

// Words as they follow the program's name. After an error `into` is not to be used.
std::optional<script_error> parse_script(std::span<char* const> words, script& into);

// "4096", "64k", "10M", "1G": binary multiples. A plain number is brought into multilog's old limits.
std::optional<std::uint64_t> parse_size(std::string_view text);
// "90s", "5m", "12h", "7d", "4w"; a bare number is seconds. In seconds, more than 0.
std::optional<std::int64_t> parse_age(std::string_view text);

} // namespace reeve::logtools
