// One run of multilog: the input, the logs, and what happens when. It sleeps in one ppoll; a busy input never gets
// there. What the bytes become is line_feed's; what a log does on disk is log's.
#pragma once

#include "tools/logtools/compressor.hpp"
#include "tools/logtools/log.hpp"
#include "tools/logtools/status_file.hpp"

#include <array>

namespace reeve::logtools {

class session final : public line_effects {
public:
    // The script must have been parsed; everything else is found where nothing was touched yet.
    session(const script& words, std::span<log> logs, std::span<log_buffer> buffers,
            std::span<status_file> statuses, std::span<compressor> compressors);

    // The exit code.
    int run();

    void alert(std::string_view line) override;
    void show_status(unsigned file, std::string_view line) override;

private:
    // What ends a run early: 111.
    enum class flow { on, stop };

    flow open_all();
    flow start_logs(legacy past);
    flow repeat();
    flow end_cut_lines();
    flow loop();
    flow process(std::span<const char> bytes);
    flow step(std::span<const char> bytes, const stamp_text& stamp, std::size_t& done);
    flow pour(std::span<const char> bytes, const stamp_text& stamp, line_state& state, std::size_t& done);
    flow flush(std::size_t index);
    flow rotate(std::size_t index);
    flow rotate_due();
    flow rotate_all(bool only_daily);
    flow decide(bool ends);
    flow finish();

    // Until `operation` has been done; `drops`: or the log's lines wait in memory instead.
    flow insist(std::size_t index, bool may_drop, std::optional<trouble> (log::*operation)());
    void say(std::size_t index, const trouble& what);
    flow fatal(std::size_t index, const trouble& what);
    bool pause();

    flow timers();
    void catch_up();
    void reap();
    void wait();
    void note_held();
    long zone_offset(std::int64_t now);
    void find_midnight(std::int64_t now);

    bool between_lines() { return journal_.state().at == line_state::stage::between; }

    const script& words_;
    std::span<log> logs_;
    std::span<log_buffer> buffers_;
    std::span<status_file> statuses_;
    std::span<compressor> compressors_;
    chainload::messenger out_{"multilog"};
    line_feed feed_;
    input in_;
    journal journal_;
    int start_directory_ = -1;
    bool held_ = false;           // the begin of a line is held back
    bool used_ = true;            // memory may be given back
    std::int64_t said_at_ = 0;    // trouble, monotonic ms
    std::int64_t held_since_ = 0; // the line that is held back
    std::int64_t retry_at_ = 0;   // for logs that overflow
    std::int64_t tidy_at_ = 0;    // for old files that will be too old; 0: never
    std::int64_t midnight_ = 0;   // wall clock, seconds; 0: nothing rotates daily
    bool in_trouble_ = false;
};

} // namespace reeve::logtools
