// Any bytes as a status record: what is accepted has valid enumerators, and an own record packs back into bytes
// that unpack to the same.
#include "supervise/status_record.hpp"

#include "tests/fuzz/targets.hpp"

namespace reeve::tests {

using namespace supervise;

void fuzz_status_record(std::string_view input) {
    auto record = unpack({reinterpret_cast<const unsigned char*>(input.data()), input.size()});
    bool short_record = input.size() >= 18 && input.size() < record_bytes;
    bool valid_want = short_record && (input[17] == 'u' || input[17] == 'd' || input[17] == 0);
    must_hold(record.has_value() || !valid_want, "the short records of other families are readable");
    if (!record) return;
    must_hold(input.size() >= 18, "a record has 18 bytes");
    must_hold(!name_of(record->phase).empty() && !name_of(record->cause).empty() &&
                  !name_of(record->give_up).empty(),
              "what is accepted has names");
    must_hold(record->status_text().size() <= status_text_bytes, "the text ends in the record");
    if (record->foreign) return;
    packed_record bytes = pack(*record);
    auto again = unpack(bytes);
    must_hold(again.has_value(), "what is packed can be unpacked");
    must_hold(pack(*again) == bytes, "packing is stable");
    must_hold(again->pid == record->pid && again->phase == record->phase && again->starts == record->starts &&
                  again->tree == record->tree && again->status_text() == record->status_text(),
              "packing keeps the fields");
}

} // namespace reeve::tests
