// Any 32 bytes as an entry of supervise/deaths: what is accepted has a cause with a name and is packed as it was read.
// What follows them is a TAI64N label: read, and written again, it is the same, unless it is none of our times.
#include "supervise/death.hpp"

#include "chainload/tai64n.hpp"
#include "tests/fuzz/targets.hpp"

#include <algorithm>
#include <array>

namespace reeve::tests {

namespace {
void check_label(std::string_view bytes) {
    chainload::tai64n label;
    std::copy_n(bytes.begin(), label.size(), label.begin());
    timespec time = chainload::unpack_tai64n(label);
    must_hold(time.tv_sec >= 0 && time.tv_nsec >= 0 && time.tv_nsec <= 999'999'999, "a time is a time");
    if (time.tv_sec == 0) return;
    auto again = chainload::pack_tai64n(time);
    bool has_nanoseconds = label[8] < 0x3b;
    must_hold(std::equal(again.begin(), again.begin() + 8, label.begin()), "its seconds are kept");
    must_hold(!has_nanoseconds || again == label, "a label is kept");
}
} // namespace

void fuzz_death_record(std::string_view input) {
    if (input.size() < supervise::death_bytes) return;
    std::array<unsigned char, supervise::death_bytes> bytes;
    std::copy_n(input.begin(), bytes.size(), bytes.begin());
    input.remove_prefix(bytes.size());
    if (input.size() >= chainload::tai64n_bytes) check_label(input);
    auto entry = supervise::unpack_death(bytes);
    if (!entry) return;
    must_hold(entry->cause != supervise::cause::none && !supervise::name_of(entry->cause).empty(),
              "a death has a cause");
    auto packed = supervise::pack(*entry);
    must_hold(std::equal(packed.begin(), packed.begin() + 29, bytes.begin()), "packing keeps the fields");
    auto again = supervise::unpack_death(packed);
    must_hold(again && supervise::pack(*again) == packed, "packing is stable");
}

} // namespace reeve::tests
