// supervise/status: what a supervise says about its service, 256 bytes, replaced by rename at every change.
//
// Bytes 0–17 are daemontools' record and 18–19 runit's, so djb's svstat and runit's sv read it; the rest is ours.
// Stamps are big-endian TAI64N, all other numbers little-endian. Readers accept longer records, and the shorter
// ones of daemontools (18 bytes) and runit (20 bytes) too: then `foreign` is set and our fields are zero.
#pragma once

#include "chainload/result.hpp"
#include "chainload/tai64n.hpp"
#include "supervise/phase.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace reeve::supervise {

inline constexpr std::size_t record_bytes = 256;
inline constexpr std::size_t status_text_bytes = 128;
inline constexpr std::uint8_t record_version = 1;
using packed_record = std::array<unsigned char, record_bytes>;
using tree_id = std::array<unsigned char, 16>; // svscan.8; 32 digits of chainload/hex.hpp as text

// Where each field stands. runit's byte 19: 0 down, 1 run, 2 finish.
struct field {
    std::size_t offset, size;
};
namespace field_at {
inline constexpr field changed{0, 12}, pid{12, 4}, paused{16, 1}, want{17, 1}, stop_sent{18, 1},
    run_state{19, 1};
inline constexpr field magic{20, 2}, version{22, 1}, phase{23, 1}, ready_since{24, 12}, supervise_pid{36, 4};
inline constexpr field main_start{40, 8}, supervise_start{48, 8}, wait_status{56, 4}, cause{60, 1};
inline constexpr field flags{61, 1}, give_up{62, 1}, stage{63, 1};
inline constexpr field starts{64, 8}, deaths{72, 8}, commands{80, 8}, readiness{88, 8}, tree{96, 16};
inline constexpr field next_start{112, 8}, home{120, 8}, text{128, 128};
} // namespace field_at

inline constexpr field record_fields[] = {
    field_at::changed,
    field_at::pid,
    field_at::paused,
    field_at::want,
    field_at::stop_sent,
    field_at::run_state,
    field_at::magic,
    field_at::version,
    field_at::phase,
    field_at::ready_since,
    field_at::supervise_pid,
    field_at::main_start,
    field_at::supervise_start,
    field_at::wait_status,
    field_at::cause,
    field_at::flags,
    field_at::give_up,
    field_at::stage,
    field_at::starts,
    field_at::deaths,
    field_at::commands,
    field_at::readiness,
    field_at::tree,
    field_at::next_start,
    field_at::home,
    field_at::text,
};

struct status_record {
    chainload::tai64n changed{}; // last change of the main process
    std::uint32_t pid = 0;       // main process; while finishing, the finish script; 0 if none
    bool paused = false;
    supervise::want want = want::down;
    bool stop_sent = false; // the stop signal was sent to this main process
    supervise::phase phase = phase::down;
    chainload::tai64n ready_since{}; // zero if not ready
    std::uint32_t supervise_pid = 0; // 0 after an orderly exit
    std::uint64_t main_start = 0;    // start time of pid, clock ticks since boot (/proc/PID/stat field 22)
    std::uint64_t supervise_start = 0;
    std::uint32_t wait_status = 0; // of the last end, as waitpid reports it
    supervise::cause cause = cause::none;
    bool waits_for_engine = false; // flags, bit 0: -e, and no command has come yet
    bool skipped = false;          // bit 1: the condition said no at the last start
    bool forking = false;          // bit 2: the main process is a daemon that forked itself away from run
    bool adopted = false;          // bit 3: the main process is not a child of this supervise
    bool exit_wanted = false;      // bit 4: x was sent
    bool start_succeeded = false; // bit 5: a oneshot's start has exited well, its leftovers are being cleared
    supervise::give_up give_up = give_up::none;
    std::uint8_t stage = 0; // the machine's own state (machine.hpp), for the next supervise
    std::uint64_t starts = 0, deaths = 0, commands = 0, readiness = 0;
    tree_id tree{};
    std::uint64_t home = 0;       // inode of supervise/lock: a copy of the directory is not the directory
    std::uint64_t next_start = 0; // in backoff: ms since the epoch
    std::array<char, status_text_bytes> text{}; // STATUS= of sd_notify, NUL-padded UTF-8
    bool foreign = false;                       // unpack only: written by another family's supervise

    std::string_view status_text() const {
        std::string_view all(text.data(), text.size());
        return all.substr(0, all.find('\0'));
    }
};

packed_record pack(const status_record& record);

// Nothing if there are fewer than 18 bytes, or the version is not ours to read, or a field holds what no
// supervise writes.
std::optional<status_record> unpack(std::span<const unsigned char> bytes);

// Rewrites pid, start time and stamps in a packed record: what a child knows of itself only after the fork. A phase
// of `ready` began then too.
void stamp_main_process(packed_record& record, std::uint32_t pid, std::uint64_t start,
                        const chainload::tai64n& now);

// Reads and unpacks DIR/supervise/status, `dir` being the service directory. EPROTO if it is no record; ENOENT also
// if it is the record of another directory, of which this one is a copy.
chainload::result<status_record> read_status(int dir);

// The file alone, wherever it lies.
chainload::result<status_record> read_status_file(int dir, const char* path);

// Whether a failure of these two means that there is no record, or what there is was surely not written by a
// supervise. Any other (no memory, no descriptors) means that nothing is known.
bool is_no_record(const chainload::failure& why);

} // namespace reeve::supervise
