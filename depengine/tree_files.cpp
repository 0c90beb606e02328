#include "depengine/tree_files.hpp"

#include "chainload/file.hpp"
#include "chainload/hex.hpp"
#include "chainload/text.hpp"
#include "supervise/control.hpp"

namespace reeve::depengine {

chainload::result<supervise::tree_id> read_tree_id(int scan) {
    auto file = chainload::open_at(scan, ".svscan/tree", O_RDONLY | O_NONBLOCK, 0, "open .svscan/tree");
    if (!file) return file.why();
    std::array<char, 256> buffer;
    auto text = chainload::read_whole(file->get(), buffer, "read .svscan/tree");
    if (!text) return text.why();
    auto id = chainload::parse_hex<16>(text->substr(0, 32));
    if (!id) return chainload::failure{EPROTO, "read .svscan/tree"};
    return *id;
}

chainload::result<void> stop_tree(int scan) {
    auto fifo = supervise::open_fifo(scan, ".svscan/control", O_WRONLY, "open .svscan/control");
    if (!fifo) return fifo.why();
    return chainload::write_all(fifo->get(), {"t", 1}, "write .svscan/control");
}

chainload::result<void> write_exit_code(int scan, unsigned code) {
    chainload::text_buffer<16> text(code, '\n');
    return chainload::replace_file(scan, ".svscan/exit-code", ".svscan/exit-code.new",
                                   {text.view().data(), text.view().size()}, 0644);
}

} // namespace reeve::depengine
