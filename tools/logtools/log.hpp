// One automatically rotated log: a directory with `lock`, `current`, `state` and old files, as daemontools' multilog
// keeps it.
//
// Invariants: what was flushed is in `current` or an old file, in order; an old file has its name only when it is whole
// and on disk; nothing here waits for a disk to get room: an operation that could not be done says so, with what is to
// be said, and is tried again later from where it stood. Old names only grow (old_name.hpp).
#pragma once

#include "chainload/message.hpp"
#include "tools/logtools/journal.hpp"
#include "tools/logtools/old_name.hpp"
#include "tools/logtools/overflow.hpp"

#include <optional>

namespace reeve::logtools {

// What could not be done: "unable to STEP DIRECTORY/FILE: …". Error 0 is a program that did not exit with 0.
struct trouble {
    int error;
    const char* step;
    const char* file;
};

class log {
public:
    // Locks the directory, creating it if it is not there. A failure is fatal.
    std::optional<trouble> open(int start_directory, const log_settings& settings, log_buffer& buffer);
    // Which `current` a killed predecessor of this boot had, as its journal says.
    void expect(const log_position& current) { expected_ = current; }
    // `current` is opened: continued if it was closed in order, or if it is the expected one; else it becomes an old
    // file, ".u".
    std::optional<trouble> start();

    const log_settings& settings() const { return *settings_; }
    int directory() const { return directory_.get(); }
    log_position position() const { return {inode_, in_file_}; }
    log_buffer& buffer() { return *buffer_; }

    // Back to where the file was at `then`, as far as the buffer is concerned: what is in the file since then is not
    // written again.
    void rewind(const log_position& then);
    void end_rewind();
    // The buffer into the file.
    std::optional<trouble> flush();
    // `current` becomes an old file and a new one begins; then what the settings do not keep is removed.
    std::optional<trouble> rotate();
    bool in_rotation() const { return step_ != step::none; }
    // Removes what is too much or too old.
    std::optional<trouble> tidy();
    // An end in order: on disk, and marked as whole.
    std::optional<trouble> close();

    // With `drops`: what cannot be written waits in memory, and the oldest of it goes when that is full.
    bool overflowing() const { return overflow_.active(); }
    void keep_for_later();
    std::optional<trouble> catch_up();

    // Seconds until an old file is too old.
    std::optional<std::int64_t> next_expiry() const { return next_expiry_; }
    // Whether the last bytes that are in the file end a line.
    bool ends_with_newline() const;

private:
    enum class step { none, synced, renamed, created, processed };
    std::optional<trouble> open_current();
    std::optional<trouble> write(std::span<const char> bytes, std::size_t& done);
    std::optional<trouble> put_away(const char* file, const char* suffix);
    std::optional<trouble> process();
    std::optional<trouble> keep_processed();
    std::optional<trouble> recover();

    const log_settings* settings_ = nullptr;
    log_buffer* buffer_ = nullptr;
    chainload::unique_fd directory_, lock_, current_;
    ino_t inode_ = 0;
    log_position expected_;
    std::uint64_t in_file_ = 0, skip_ = 0;
    step step_ = step::none;
    chainload::tai64n newest_{};
    std::optional<std::int64_t> next_expiry_;
    overflow overflow_;
};

} // namespace reeve::logtools
