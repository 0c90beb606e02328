#include "supervise/death.hpp"

#include "chainload/file.hpp"
#include "supervise/layout.hpp"

#include <algorithm>

namespace reeve::supervise {

std::array<unsigned char, death_bytes> pack(const death& entry) {
    std::array<unsigned char, death_bytes> bytes{};
    std::copy(entry.time.begin(), entry.time.end(), bytes.begin());
    for (unsigned i = 0; i < 4; ++i) bytes[12 + i] = static_cast<unsigned char>(entry.pid >> (8 * i));
    for (unsigned i = 0; i < 4; ++i) bytes[16 + i] = static_cast<unsigned char>(entry.wait_status >> (8 * i));
    for (unsigned i = 0; i < 8; ++i) bytes[20 + i] = static_cast<unsigned char>(entry.uptime_ms >> (8 * i));
    bytes[28] = static_cast<unsigned char>(entry.cause);
    return bytes;
}

std::optional<death> unpack_death(std::span<const unsigned char, death_bytes> bytes) {
    death entry;
    std::copy_n(bytes.begin(), entry.time.size(), entry.time.begin());
    for (unsigned i = 0; i < 4; ++i) entry.pid |= std::uint32_t{bytes[12 + i]} << (8 * i);
    for (unsigned i = 0; i < 4; ++i) entry.wait_status |= std::uint32_t{bytes[16 + i]} << (8 * i);
    for (unsigned i = 0; i < 8; ++i) entry.uptime_ms |= std::uint64_t{bytes[20 + i]} << (8 * i);
    if (bytes[28] == 0 || bytes[28] >= cause_names.size()) return std::nullopt;
    entry.cause = static_cast<cause>(bytes[28]);
    return entry;
}

chainload::result<void> record_death(int dir, std::uint64_t number, const death& entry) {
    auto fd = chainload::open_at(dir, path::deaths, O_WRONLY | O_CREAT | chainload::wary, 0644,
                                 "open supervise/deaths");
    if (!fd) return fd.why();
    auto bytes = pack(entry);
    auto offset = static_cast<off_t>(number % remembered_deaths * death_bytes);
    if (::pwrite(fd->get(), bytes.data(), bytes.size(), offset) != static_cast<ssize_t>(bytes.size()))
        return chainload::failed("write supervise/deaths");
    return {};
}

chainload::result<death_list> read_deaths(int dir) {
    std::array<char, remembered_deaths * death_bytes + 1> buffer;
    auto fd = chainload::open_at(dir, path::deaths, O_RDONLY | chainload::wary, 0, "read supervise/deaths");
    if (!fd) return fd.why();
    auto text = chainload::read_whole(fd->get(), buffer, "read supervise/deaths");
    if (!text) return text.why();
    death_list list;
    for (std::size_t at = 0; at + death_bytes <= text->size(); at += death_bytes) {
        std::array<unsigned char, death_bytes> slot;
        std::copy_n(reinterpret_cast<const unsigned char*>(text->data()) + at, death_bytes, slot.begin());
        if (auto entry = unpack_death(slot)) list.entries[list.count++] = *entry;
    }
    std::sort(list.entries.begin(), list.entries.begin() + static_cast<std::ptrdiff_t>(list.count),
              [](const death& a, const death& b) { return a.time < b.time; });
    return list;
}

} // namespace reeve::supervise
