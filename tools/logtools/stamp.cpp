#include "tools/logtools/stamp.hpp"

#include "chainload/hex.hpp"
#include "chainload/tai64n.hpp"
#include "tools/iso_time.hpp"

#include <cstring>

namespace reeve::logtools {

namespace {
char* two_digits(char* at, long value) {
    *at++ = static_cast<char>('0' + value / 10 % 10);
    *at++ = static_cast<char>('0' + value % 10);
    return at;
}

void add_iso_time(stamp_text& stamp, stamp_kind kind, timespec now, long offset) {
    constexpr std::size_t to_milliseconds = 23; // "2026-11-21T21:43:51.123"
    auto since_epoch = (static_cast<std::int64_t>(now.tv_sec) + offset) * 1000 + now.tv_nsec / 1'000'000;
    auto text = tools::format_iso_time(static_cast<std::uint64_t>(since_epoch < 0 ? 0 : since_epoch));
    std::memcpy(stamp.bytes.data(), text.c_str(), to_milliseconds);
    char* at = stamp.bytes.data() + to_milliseconds;
    long microseconds = now.tv_nsec / 1000 % 1000;
    *at++ = static_cast<char>('0' + microseconds / 100);
    at = two_digits(at, microseconds % 100);
    if (kind == stamp_kind::utc) {
        *at++ = 'Z';
    } else {
        *at++ = offset < 0 ? '-' : '+';
        long minutes = (offset < 0 ? -offset : offset) / 60;
        at = two_digits(at, minutes / 60);
        *at++ = ':';
        at = two_digits(at, minutes % 60);
    }
    *at++ = ' ';
    stamp.size = static_cast<std::size_t>(at - stamp.bytes.data());
}
} // namespace

stamp_text make_stamp(stamp_kind kind, timespec now, long offset) {
    stamp_text stamp;
    if (kind == stamp_kind::none) return stamp;
    if (kind != stamp_kind::tai64n) {
        add_iso_time(stamp, kind, now, kind == stamp_kind::local ? offset : 0);
        return stamp;
    }
    auto digits = chainload::format_hex(chainload::pack_tai64n(now));
    stamp.bytes[0] = '@';
    std::memcpy(stamp.bytes.data() + 1, digits.data(), digits.size());
    stamp.bytes[1 + digits.size()] = ' ';
    stamp.size = digits.size() + 2;
    return stamp;
}

} // namespace reeve::logtools
