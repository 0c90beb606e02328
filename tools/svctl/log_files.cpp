#include "tools/svctl/log_files.hpp"

#include "chainload/file.hpp"
#include "tools/svctl/scan_directory.hpp"
#include "tools/svctl/time_text.hpp"
#include "tools/svctl/unpack_zstd.hpp"

#include <algorithm>
#include <iterator>
#include <sys/stat.h>

namespace reeve::svctl {

namespace {
using chainload::unique_fd;

constexpr std::string_view compressed = ".zst";

// "@" 24 hexadecimal digits ".s", or ".u" for one that was open at a crash, or ".s.zst".
bool is_rotated_file(std::string_view name) {
    if (!parse_stamp_label(name)) return false;
    std::string_view ending = name.substr(stamp_label_size);
    return ending == ".s" || ending == ".u" || ending == ".s.zst";
}

// A file in all its forms: compressed, or what svlogd's processor makes of a ".u".
std::string_view label_of(std::string_view name) {
    return name.substr(0, stamp_label_size);
}

// Removed, after it was compressed or processed, or because it was too old.
bool is_gone(int fd) {
    struct stat info {};
    return ::fstat(fd, &info) == 0 && info.st_nlink == 0;
}
} // namespace

log_files::log_files(int at, std::string directory)
    : at_(at)
    , directory_(std::move(directory)) {}

std::string log_files::path_of(std::string_view file) const {
    return directory_ + "/" + std::string(file);
}

log_files::identity log_files::identity_of(int fd) {
    struct stat info {};
    ::fstat(fd, &info);
    return {info.st_dev, info.st_ino};
}

std::optional<log_files::identity> log_files::identity_of_file(std::string_view file) const {
    struct stat info {};
    if (::fstatat(at_, path_of(file).c_str(), &info, 0) < 0) return std::nullopt;
    return identity{info.st_dev, info.st_ino};
}

unique_fd log_files::open_file(std::string_view file) const {
    auto fd = chainload::open_at(at_, path_of(file).c_str(), O_RDONLY | O_NONBLOCK);
    return fd ? std::move(*fd) : unique_fd{};
}

unique_fd log_files::open(part& one) const {
    if (one.held) return std::move(one.held);
    std::string label(label_of(one.file));
    for (const std::string& form : {one.file, label + ".s", label + ".s.zst"}) {
        auto file = open_file(form);
        if (file) return form.ends_with(compressed) ? unpack_zstd(file.get()) : std::move(file);
    }
    return {};
}

bool log_files::is_current(int fd) const {
    auto now = identity_of_file("current");
    return now ? *now == identity_of(fd) : errno != ENOENT;
}

bool log_files::add_names(names& all) const {
    auto listed = list_directory(at_, directory_.c_str());
    if (!listed) return errno == EACCES;
    std::erase_if(*listed, [](const std::string& name) { return !is_rotated_file(name); });
    names both;
    std::set_union(all.begin(), all.end(), listed->begin(), listed->end(), std::back_inserter(both));
    all = std::move(both);
    return true;
}

bool log_files::is_among(const names& all, const unique_fd& file) const {
    return std::any_of(all.rbegin(), all.rend(), [&, is = identity_of(file.get())](const auto& name) {
        return identity_of_file(name) == is;
    });
}

// Whether it is known what became of a file: otherwise it has got a label since.
bool log_files::is_accounted_for(const unique_fd& file, const names& all) const {
    if (!file || is_gone(file.get())) return true;
    for (const char* name : {"current", "previous"})
        if (identity_of_file(name) == identity_of(file.get())) return true;
    return is_among(all, file);
}

void log_files::finished(unique_fd current) {
    unnamed_.push_back(std::move(current));
}

bool log_files::has_seen(std::string_view name) const {
    return std::binary_search(seen_.begin(), seen_.end(), label_of(name));
}

bool log_files::is_same_time(const std::string& name, int fd) const {
    struct stat one {
    }, other{};
    return ::fstatat(at_, path_of(name).c_str(), &one, 0) == 0 && ::fstat(fd, &other) == 0 &&
           moment_of(one.st_mtim) == moment_of(other.st_mtim);
}

bool log_files::first_unnamed_is_gone() const {
    return !unnamed_.empty() && is_gone(unnamed_.front().get());
}

// The file before `current`, if it has no label yet. A processor's result is marked as whole (u+x) before `previous` is
// removed, and gets its label before `current` is rotated: if that happened meanwhile, this may be what became of it.
log_files::rotating_file log_files::open_rotating(const unique_fd& current) const {
    if (auto previous = open_file("previous")) return {std::move(previous), false};
    auto processed = open_file("processed");
    struct stat info {};
    bool whole = processed && ::fstat(processed.get(), &info) == 0 && (info.st_mode & S_IXUSR) != 0;
    if (!whole || (current && !is_current(current.get()))) return {};
    return {std::move(processed), true};
}

// Leaves the files that are older than the one that was `current`. Whether there were others.
bool log_files::cut_at(names& all, const unique_fd& current) const {
    if (!current || is_current(current.get())) return false;
    auto own = std::find_if(all.begin(), all.end(), [&, is = identity_of(current.get())](const auto& name) {
        return !has_seen(name) && identity_of_file(name) == is;
    });
    if (own == all.end()) return false;
    auto same = [label = label_of(*own)](const auto& name) { return label_of(name) == label; };
    auto newer = [&](const auto& name) { return !has_seen(name); }; // the clock may have been set back
    all.erase(std::remove_if(std::find_if(all.begin(), all.end(), same), all.end(), newer), all.end());
    return true;
}

// The labels that are there, at least those that were there before.
//
// What gets another name while a directory is listed may be left out under both. That happens to a file only once after
// it has got its label, so it is not left out twice. One of ours that gets its label meanwhile has to be found under
// it, for what is made of it may be there already: it is, by a listing that begins after that.
log_files::certainty log_files::list_rotated(names& all, const unique_fd& current,
                                             const unique_fd& rotating) const {
    if (!add_names(all)) return certainty::nothing;
    std::size_t count = all.size();
    if (!add_names(all)) return certainty::nothing;
    // Without a current nothing tells which labels are older than this look, so that none may come meanwhile.
    if (!current && all.size() > count) return certainty::unsure;
    bool complete = is_accounted_for(current, all) && is_accounted_for(rotating, all);
    for (const unique_fd& file : unnamed_) complete = complete && is_accounted_for(file, all);
    return complete || add_names(all) ? certainty::sure : certainty::nothing;
}

// The order of the looks matters: a file gets its next name before it loses the last one, so whatever is not current
// any more when that is opened is found under one of its later names.
log_files::found log_files::look() {
    for (int tries = 50;; --tries) { // another is needed only if very much has happened during the last
        found all;
        all.current = open_file("current");
        auto rotating = open_rotating(all.current);
        names listed;
        certainty how = list_rotated(listed, all.current, rotating.fd);
        if (how == certainty::nothing) return {};
        bool cut = cut_at(listed, all.current);
        bool is_labelled = rotating.fd && is_among(listed, rotating.fd);
        // What is made of one that is gone may be among them, or not yet.
        bool lost = (all.current && !cut && is_gone(all.current.get())) ||
                    (rotating.fd && !is_labelled && is_gone(rotating.fd.get()));
        if ((lost || how == certainty::unsure) && tries > 0) continue;
        if (is_labelled || cut) rotating.fd.reset(); // cut: then it is newer than current
        sort_out(all, rotating, listed);
        return all;
    }
}

void log_files::sort_out(found& all, rotating_file& rotating, const names& listed) {
    names labels;
    bool older_are_left = !listed.empty() && has_seen(listed.front());
    for (auto from = listed.begin(); from != listed.end();) {
        auto to = std::find_if(from, listed.end(),
                               [&](const auto& name) { return label_of(name) != label_of(*from); });
        part one{*from};
        if (!pass_over(from, to, one, older_are_left)) all.older.push_back(std::move(one));
        labels.emplace_back(label_of(*from));
        from = to;
    }
    seen_ = std::move(labels);
    add_rotating(all, std::move(rotating));
    resume(all);
    constexpr std::size_t most = 4; // some other program gives them names that are no labels
    while (unnamed_.size() > most) unnamed_.pop_front();
}

// Whether a label (with all its forms) has been seen, perhaps without it. The first new label belongs to the file
// that has been seen last if that is gone, for the oldest are removed first. If none of the older ones is left, then
// it may have been removed itself.
bool log_files::pass_over(one_label from, one_label to, part& one, bool older_are_left) {
    if (has_seen(*from)) return true;
    for (auto form = from; form != to; ++form) {
        auto is = identity_of_file(*form);
        auto same = std::find_if(unnamed_.begin(), unnamed_.end(),
                                 [&](const unique_fd& fd) { return identity_of(fd.get()) == is; });
        if (same == unnamed_.end()) continue;
        unnamed_.erase(unnamed_.begin(), same + 1);
        return true;
    }
    if (!first_unnamed_is_gone()) return false;
    unique_fd gone = std::move(unnamed_.front());
    unnamed_.pop_front();
    // multilog gives the compressed file the time of the other one.
    if (older_are_left || (from->ends_with(compressed) && is_same_time(*from, gone.get()))) return true;
    one.may_repeat = true;
    return false;
}

void log_files::add_rotating(found& all, rotating_file rotating) {
    if (!rotating.fd) return;
    identity is = identity_of(rotating.fd.get());
    if (all.current && identity_of(all.current.get()) == is) return;
    for (const unique_fd& fd : unnamed_)
        if (identity_of(fd.get()) == is) return;
    if (rotating.is_processed && first_unnamed_is_gone()) { // made of that
        unnamed_.front() = std::move(rotating.fd);
        return;
    }
    unnamed_.emplace_back(::fcntl(rotating.fd.get(), F_DUPFD_CLOEXEC, 0));
    all.older.push_back({"previous", 0, std::move(rotating.fd)});
}

// A `current` that was away and is back is read on where it was left.
void log_files::resume(found& all) {
    if (!all.current) return;
    for (auto at = unnamed_.begin(); at != unnamed_.end(); ++at) {
        if (identity_of(at->get()) != identity_of(all.current.get())) continue;
        all.offset = ::lseek(at->get(), 0, SEEK_CUR);
        unnamed_.erase(at);
        return;
    }
}

} // namespace reeve::svctl
