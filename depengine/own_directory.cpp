#include "depengine/own_directory.hpp"

#include "chainload/file.hpp"
#include "chainload/lock.hpp"
#include "supervise/layout.hpp"

#include <sys/stat.h>

namespace reeve::depengine {

namespace {
constexpr char directory_name[] = ".depengine";
constexpr char file_name[] = "intents", file_on_its_way[] = "intents.new";
constexpr std::size_t part_bytes = 64 * 1024;
constexpr std::size_t longest_line = supervise::longest_name + 256;
constexpr std::size_t most_bytes = 64 * 1024 * 1024; // of a file that is read
} // namespace

chainload::result<own_directory> own_directory::open(const tree_place& where, std::optional<gid_t> group) {
    int base = where.scan;
    bool there = ::mkdirat(base, directory_name, 0700) == 0 || errno == EEXIST;
    if (where.state >= 0 && !(there && ::faccessat(base, directory_name, W_OK | X_OK, AT_EACCESS) == 0)) {
        base = where.state;
        there = ::mkdirat(base, directory_name, 0700) == 0 || errno == EEXIST;
    }
    if (!there) return chainload::failed("create .depengine");
    own_directory made;
    auto fd =
        chainload::open_at(base, directory_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0, "open .depengine");
    if (!fd) return fd.why();
    made.directory_ = std::move(*fd);
    struct stat found {};
    if (::fstat(made.fd(), &found) < 0) return chainload::failed("look at .depengine");
    made.owner_ = found.st_uid;
    mode_t mode = group ? 0750 : 0700;
    if (group && found.st_gid != *group && ::fchown(made.fd(), static_cast<uid_t>(-1), *group) < 0)
        return chainload::failed("give .depengine to the group");
    if ((found.st_mode & 07777) != mode && ::fchmod(made.fd(), mode) < 0)
        return chainload::failed("set the mode of .depengine");
    auto lock = chainload::try_lock(made.fd(), "lock");
    if (!lock) return lock.why();
    made.lock_ = std::move(*lock);
    made.buffer_.reserve(part_bytes + longest_line);
    return made;
}

chainload::result<std::string> own_directory::read_intents() const {
    auto file = chainload::open_at(fd(), file_name, O_RDONLY | O_NONBLOCK, 0, "open .depengine/intents");
    if (!file && file.why().error == ENOENT) return std::string();
    if (!file) return file.why();
    struct stat found {};
    if (::fstat(file->get(), &found) < 0) return chainload::failed("look at .depengine/intents");
    if (static_cast<std::size_t>(found.st_size) > most_bytes)
        return chainload::failure{EFBIG, "read .depengine/intents"};
    std::string text(static_cast<std::size_t>(found.st_size) + 1, '\0');
    auto read = chainload::read_whole(file->get(), text, "read .depengine/intents");
    if (!read) return read.why();
    text.resize(read->size());
    return text;
}

chainload::result<void> own_directory::write_intents(const supervise::tree_id& tree, const reconciler& from) {
    auto file = chainload::open_at(fd(), file_on_its_way, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600,
                                   "create .depengine/intents.new");
    if (!file) return file.why();
    buffer_.clear();
    auto flush = [&](std::size_t least) -> chainload::result<void> {
        if (buffer_.size() < least) return {};
        auto written = chainload::write_all(file->get(), buffer_, "write .depengine/intents.new");
        buffer_.clear();
        return written;
    };
    format_tree(tree, buffer_);
    const graph& services = from.services();
    for (node one = 0; one < services.size(); ++one) {
        // A name that is only referred to has not been seen yet: it is new once it is there.
        if (!services.exists(one) && from.wished(one) == wish{}) continue;
        format_wish(services.name(one), from.wished(one), buffer_);
        if (auto written = flush(part_bytes); !written) return written;
    }
    if (auto written = flush(1); !written) return written;
    if (::renameat(fd(), file_on_its_way, fd(), file_name) < 0)
        return chainload::failed("rename .depengine/intents.new");
    return {};
}

} // namespace reeve::depengine
