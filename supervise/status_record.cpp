#include "supervise/status_record.hpp"

#include "chainload/file.hpp"
#include "supervise/layout.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <concepts>
#include <sys/stat.h>

namespace reeve::supervise {

namespace {
// The fields tile the record: none overlaps, none is left out.
consteval bool fields_tile_the_record() {
    std::size_t at = 0;
    for (const field& entry : record_fields) {
        if (entry.offset != at) return false;
        at += entry.size;
    }
    return at == record_bytes;
}
static_assert(fields_tile_the_record());

enum flag_bit : std::uint8_t {
    waits_bit = 1,
    skipped_bit = 2,
    forking_bit = 4,
    adopted_bit = 8,
    exit_bit = 16,
    succeeded_bit = 32
};

template <std::unsigned_integral Number>
void put(packed_record& bytes, field where, Number number) {
    for (std::size_t i = 0; i < where.size;
         ++i, number = static_cast<Number>(number >> (where.size > 1 ? 8 : 0)))
        bytes[where.offset + i] = static_cast<unsigned char>(number);
}

template <std::unsigned_integral Number>
Number get(std::span<const unsigned char> bytes, field where) {
    Number number = 0;
    for (std::size_t i = where.size; i-- > 0;)
        number = static_cast<Number>((number << (where.size > 1 ? 8 : 0)) | bytes[where.offset + i]);
    return number;
}

template <class Bytes>
void put_bytes(packed_record& bytes, field where, const Bytes& source) {
    std::copy(source.begin(), source.end(), bytes.begin() + static_cast<std::ptrdiff_t>(where.offset));
}

template <class Bytes>
void get_bytes(std::span<const unsigned char> bytes, field where, Bytes& target) {
    auto from = bytes.subspan(where.offset, where.size);
    std::copy(from.begin(), from.end(), target.begin());
}

std::uint8_t run_state_of(phase value) {
    switch (value) {
    case phase::starting:
    case phase::up:
    case phase::ready:
    case phase::stopping: return 1;
    case phase::finishing: return 2;
    default: return 0;
    }
}

phase phase_of_foreign(std::uint32_t pid, std::uint8_t run_state) {
    if (pid == 0) return phase::down;
    return run_state == 2 ? phase::finishing : phase::up;
}
} // namespace

packed_record pack(const status_record& record) {
    packed_record bytes{};
    put_bytes(bytes, field_at::changed, record.changed);
    put(bytes, field_at::pid, record.pid);
    put(bytes, field_at::paused, std::uint8_t{record.paused});
    put(bytes, field_at::want, static_cast<std::uint8_t>(record.want));
    put(bytes, field_at::stop_sent, std::uint8_t{record.stop_sent});
    put(bytes, field_at::run_state, record.pid == 0 ? std::uint8_t{0} : run_state_of(record.phase));
    bytes[field_at::magic.offset] = 'r';
    bytes[field_at::magic.offset + 1] = 'v';
    put(bytes, field_at::version, record_version);
    put(bytes, field_at::phase, static_cast<std::uint8_t>(record.phase));
    put_bytes(bytes, field_at::ready_since, record.ready_since);
    put(bytes, field_at::supervise_pid, record.supervise_pid);
    put(bytes, field_at::main_start, record.main_start);
    put(bytes, field_at::supervise_start, record.supervise_start);
    put(bytes, field_at::wait_status, record.wait_status);
    put(bytes, field_at::cause, static_cast<std::uint8_t>(record.cause));
    put(bytes, field_at::flags,
        static_cast<std::uint8_t>((record.waits_for_engine ? waits_bit : 0) |
                                  (record.skipped ? skipped_bit : 0) | (record.forking ? forking_bit : 0) |
                                  (record.adopted ? adopted_bit : 0) | (record.exit_wanted ? exit_bit : 0) |
                                  (record.start_succeeded ? succeeded_bit : 0)));
    put(bytes, field_at::give_up, static_cast<std::uint8_t>(record.give_up));
    put(bytes, field_at::stage, record.stage);
    put(bytes, field_at::starts, record.starts);
    put(bytes, field_at::deaths, record.deaths);
    put(bytes, field_at::commands, record.commands);
    put(bytes, field_at::readiness, record.readiness);
    put_bytes(bytes, field_at::tree, record.tree);
    put(bytes, field_at::next_start, record.next_start);
    put(bytes, field_at::home, record.home);
    put_bytes(bytes, field_at::text, record.text);
    return bytes;
}

std::optional<status_record> unpack(std::span<const unsigned char> bytes) {
    if (bytes.size() < field_at::stop_sent.offset) return std::nullopt;
    status_record record;
    get_bytes(bytes, field_at::changed, record.changed);
    record.pid = get<std::uint32_t>(bytes, field_at::pid);
    record.paused = bytes[field_at::paused.offset] != 0;
    std::uint8_t wanted = bytes[field_at::want.offset];
    if (wanted != 'u' && wanted != 'd' && wanted != 0) return std::nullopt;
    record.want = static_cast<want>(wanted);
    bool has_runit_bytes = bytes.size() >= field_at::magic.offset;
    record.stop_sent = has_runit_bytes && bytes[field_at::stop_sent.offset] != 0;

    bool ours = bytes.size() >= record_bytes && bytes[field_at::magic.offset] == 'r' &&
                bytes[field_at::magic.offset + 1] == 'v';
    if (!ours) {
        record.foreign = true;
        record.phase = phase_of_foreign(record.pid, has_runit_bytes ? bytes[field_at::run_state.offset]
                                                                    : std::uint8_t{0});
        return record;
    }
    std::uint8_t phase_number = bytes[field_at::phase.offset], cause_number = bytes[field_at::cause.offset],
                 give_up_number = bytes[field_at::give_up.offset];
    if (bytes[field_at::version.offset] < record_version || phase_number >= phase_names.size() ||
        cause_number >= cause_names.size() || give_up_number >= give_up_names.size())
        return std::nullopt;
    record.phase = static_cast<phase>(phase_number);
    record.cause = static_cast<cause>(cause_number);
    record.give_up = static_cast<give_up>(give_up_number);
    get_bytes(bytes, field_at::ready_since, record.ready_since);
    record.supervise_pid = get<std::uint32_t>(bytes, field_at::supervise_pid);
    record.main_start = get<std::uint64_t>(bytes, field_at::main_start);
    record.supervise_start = get<std::uint64_t>(bytes, field_at::supervise_start);
    record.wait_status = get<std::uint32_t>(bytes, field_at::wait_status);
    std::uint8_t flags = bytes[field_at::flags.offset];
    record.waits_for_engine = (flags & waits_bit) != 0;
    record.skipped = (flags & skipped_bit) != 0;
    record.forking = (flags & forking_bit) != 0;
    record.adopted = (flags & adopted_bit) != 0;
    record.exit_wanted = (flags & exit_bit) != 0;
    record.start_succeeded = (flags & succeeded_bit) != 0;
    record.stage = bytes[field_at::stage.offset];
    record.starts = get<std::uint64_t>(bytes, field_at::starts);
    record.deaths = get<std::uint64_t>(bytes, field_at::deaths);
    record.commands = get<std::uint64_t>(bytes, field_at::commands);
    record.readiness = get<std::uint64_t>(bytes, field_at::readiness);
    get_bytes(bytes, field_at::tree, record.tree);
    record.next_start = get<std::uint64_t>(bytes, field_at::next_start);
    record.home = get<std::uint64_t>(bytes, field_at::home);
    get_bytes(bytes, field_at::text, record.text);
    return record;
}

void stamp_main_process(packed_record& record, std::uint32_t pid, std::uint64_t start,
                        const chainload::tai64n& now) {
    put(record, field_at::pid, pid);
    put(record, field_at::run_state, run_state_of(static_cast<phase>(record[field_at::phase.offset])));
    put(record, field_at::main_start, start);
    put_bytes(record, field_at::changed, now);
    if (static_cast<phase>(record[field_at::phase.offset]) == phase::ready)
        put_bytes(record, field_at::ready_since, now);
}

chainload::result<status_record> read_status_file(int dir, const char* path) {
    constexpr const char* step = "read supervise/status";
    auto fd = chainload::open_at(dir, path, O_RDONLY | chainload::wary, 0, step);
    if (!fd) return fd.why();
    std::array<char, 2 * record_bytes> buffer;
    auto text = chainload::read_whole(fd->get(), buffer, step);
    if (!text) return text.why();
    auto record = unpack({reinterpret_cast<const unsigned char*>(text->data()), text->size()});
    if (!record) return chainload::failure{EPROTO, step};
    return *record;
}

chainload::result<status_record> read_status(int dir) {
    auto record = read_status_file(dir, path::status);
    if (!record) return record;
    struct stat lock {};
    if (record->home == 0) return record;
    if (::fstatat(dir, path::lock, &lock, 0) < 0 && errno != ENOENT)
        return chainload::failed("read supervise/lock");
    if (lock.st_ino != record->home) return chainload::failure{ENOENT, "read supervise/status"};
    return *record;
}

bool is_no_record(const chainload::failure& why) {
    constexpr std::array<int, 7> facts{ENOENT, EPROTO, E2BIG, EISDIR, ENOTDIR, ELOOP, ENXIO};
    return std::find(facts.begin(), facts.end(), why.error) != facts.end();
}

} // namespace reeve::supervise
