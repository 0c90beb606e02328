// Which old files have to go. Pure: one pass over the directory is told to old_files, which then says whether the
// oldest must be removed; after that the next pass follows. No list is kept, however many files there are.
#pragma once

#include "chainload/text.hpp"
#include "tools/logtools/old_name.hpp"
#include "tools/logtools/script.hpp"

#include <cstdint>

namespace reeve::logtools {

class old_files {
public:
    // `modified`: seconds since the epoch. A file from the future has no age.
    old_files(const log_settings& limits, std::int64_t now)
        : limits_(limits)
        , now_(now) {}

    // Whether add() needs `bytes` and `modified`.
    static bool needs_details(const log_settings& limits) { return limits.total != 0 || limits.age != 0; }
    void add(std::string_view name, std::uint64_t bytes, std::int64_t modified);

    // Too many, too much, or too old. What is older than an expired file is expired, whatever its own time says.
    bool must_remove_oldest() const;
    // Without that one nothing is too many, and there is no need for another pass: the usual case.
    bool is_only_one_too_many() const { return !needs_details(limits_) && count_ == limits_.count; }
    std::string_view oldest() const { return oldest_.view(); }
    chainload::tai64n newest() const { return newest_; }
    // Seconds until the next file is too old; nothing if none ever will be.
    std::optional<std::int64_t> next_expiry() const;

private:
    using file_name = chainload::text_buffer<256>;

    const log_settings& limits_;
    std::int64_t now_;
    unsigned count_ = 0;
    std::uint64_t total_ = 0;
    std::int64_t oldest_modified_ = 0;
    bool expired_ = false;
    std::array<char, label_size> newest_expired_{};
    file_name oldest_;
    chainload::tai64n newest_{};
};

} // namespace reeve::logtools
