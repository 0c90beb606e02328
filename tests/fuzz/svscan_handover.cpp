// Any text as what an svscan hands over to the next one, and as .svscan/tree: what is read can be written, and then
// reads as the same.
#include "svscan/handover.hpp"

#include "svscan/tree_file.hpp"
#include "tests/fuzz/targets.hpp"

namespace reeve::tests {

void fuzz_svscan_handover(std::string_view input) {
    if (auto file = svscan::parse_tree_file(input)) {
        auto again = svscan::parse_tree_file(svscan::format_tree_file(*file));
        must_hold(again && again->id == file->id && again->boot == file->boot, "a tree file is kept");
        must_hold(svscan::format_tree_file(*file) == input, "there is one way to write it");
    }
    auto all = svscan::parse_handover(input);
    if (!all) return;
    std::string text = svscan::format_handover(*all);
    auto again = svscan::parse_handover(text);
    must_hold(again && *again == *all, "what is written reads as the same");
}

} // namespace reeve::tests
