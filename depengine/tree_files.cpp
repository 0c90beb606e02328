#include "depengine/tree_files.hpp"

#include "chainload/file.hpp"
#include "chainload/hex.hpp"
#include "chainload/text.hpp"
#include "supervise/control.hpp"

namespace reeve::depengine {

namespace {
// svscan's files are below STATE_ROOT only if the scan directory cannot be written; it takes care that none of an earlier
// svscan is left there.
int own_of(const tree_place& where) {
    bool aside = where.state >= 0 && ::faccessat(where.state, ".svscan/tree", F_OK, 0) == 0;
    return aside ? where.state : where.scan;
}
} // namespace

chainload::result<supervise::tree_id> read_tree_id(const tree_place& where) {
    auto file =
        chainload::open_at(own_of(where), ".svscan/tree", O_RDONLY | O_NONBLOCK, 0, "open .svscan/tree");
    if (!file) return file.why();
    std::array<char, 256> buffer;
    auto text = chainload::read_whole(file->get(), buffer, "read .svscan/tree");
    if (!text) return text.why();
    auto id = chainload::parse_hex<16>(text->substr(0, 32));
    if (!id) return chainload::failure{EPROTO, "read .svscan/tree"};
    return *id;
}

chainload::result<void> stop_tree(const tree_place& where) {
    auto fifo = supervise::open_fifo(own_of(where), ".svscan/control", O_WRONLY, "open .svscan/control");
    if (!fifo) return fifo.why();
    return chainload::write_all(fifo->get(), {"t", 1}, "write .svscan/control");
}

chainload::result<void> write_exit_code(const tree_place& where, unsigned code) {
    chainload::text_buffer<16> text(code, '\n');
    return chainload::replace_file(own_of(where), ".svscan/exit-code", ".svscan/exit-code.new",
                                   {text.view().data(), text.view().size()}, 0644);
}

} // namespace reeve::depengine
