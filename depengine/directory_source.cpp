#include "depengine/directory_source.hpp"

#include "chainload/directory.hpp"
#include "chainload/file.hpp"

namespace reeve::depengine {

using chainload::result;

result<std::vector<std::string>> directory_source::list(const std::string& directory) const {
    auto fd = chainload::open_at(scan_, directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY);
    if (!fd) return fd.why();
    std::vector<std::string> names;
    auto listed = chainload::list_directory(
        fd->get(), [&](const char* name, chainload::entry_type) { names.emplace_back(name); });
    if (!listed) return listed.why();
    return names;
}

result<std::string> directory_source::read(const std::string& file, std::size_t most) const {
    // O_NONBLOCK: a FIFO of that name must not hold anything up.
    auto fd = chainload::open_at(scan_, file.c_str(), O_RDONLY | O_NONBLOCK);
    if (!fd) return fd.why();
    std::string text(most, '\0');
    std::size_t size = 0;
    while (size < most) {
        ssize_t got = ::read(fd->get(), text.data() + size, most - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return chainload::failed("read file");
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    text.resize(size);
    return text;
}

} // namespace reeve::depengine
