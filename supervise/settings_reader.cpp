// How a change is noticed: a stamp (inode, change time, size) of the directory, of control/ and of each value
// file is kept, and compared with a stat. A file system's clock advances in ticks, so two changes within one tick
// have the same stamp; whatever had changed just before it was read is therefore read once more at the next call.
#include "supervise/settings_reader.hpp"

#include "chainload/clock.hpp"
#include "chainload/directory.hpp"
#include "chainload/error_text.hpp"
#include "chainload/file.hpp"
#include "supervise/letters.hpp"

#include <sys/stat.h>

namespace reeve::supervise {

using chainload::text_buffer;

namespace {
constexpr std::size_t nowhere = all_settings;

std::size_t place_of(std::string_view name) {
    const setting* entry = find_setting(name);
    return entry == nullptr ? nowhere : static_cast<std::size_t>(entry - known_settings().data());
}

// Names in the table are literals, so they end in NUL.
const char* path_of(const setting& entry) {
    return entry.name.data();
}

// Kernel ticks are at most 10 ms. A stamp without nanoseconds comes from a file system that counts in seconds
// (2 s on FAT).
bool within_one_tick(timespec changed, timespec now) {
    std::int64_t tick = changed.tv_nsec == 0 ? 2000 : 20;
    std::int64_t apart = chainload::milliseconds_of(now) - chainload::milliseconds_of(changed);
    return apart <= tick && apart >= -tick;
}

std::uint64_t fold(const struct stat& found) {
    std::uint64_t folded = found.st_ino;
    for (std::int64_t part : {std::int64_t{found.st_ctim.tv_sec}, std::int64_t{found.st_ctim.tv_nsec},
                              std::int64_t{found.st_size}}) {
        folded = (folded ^ static_cast<std::uint64_t>(part)) * 0x9e3779b97f4a7c15u; // 2^64 / golden ratio
        folded ^= folded >> 32;
    }
    return folded;
}

// Whether what kept a file from being read may pass without a change of that file.
bool may_pass(int error) {
    return error != EACCES && error != EPERM && error != ELOOP && error != E2BIG;
}

// "bad content "12 x" …": the refused line, short and printable.
text_buffer<128> quote_line(std::string_view text, unsigned line) {
    for (; line > 1; --line) text.remove_prefix(text.find('\n') + 1);
    text = text.substr(0, text.find('\n'));
    if (text.empty()) return text_buffer<128>("is an empty line");
    text_buffer<128> quoted("bad content \"");
    for (char c : text.substr(0, 60)) quoted.add(c < ' ' || c > '~' ? '?' : c);
    quoted.add(text.size() > 60 ? "…\"" : "\"");
    if (text.ends_with('\r')) quoted.add(" (the line ends in CR)");
    return quoted;
}
} // namespace

struct settings_reader::looked {
    stamp at;
    int error = 0;
    bool directory = false, regular = false;
};

struct settings_reader::listing {
    entries seen, directories;
};

struct settings_reader::speaker {
    report say;
    void* to;

    void problem(std::string_view file, std::string_view text, std::string_view hint,
                 unsigned line = 0) const {
        if (say != nullptr) say(to, {file, line, text, hint});
    }
};

settings_reader::looked settings_reader::look_at(const char* name) {
    struct stat found;
    looked result;
    if (::fstatat(dir_, name, &found, 0) < 0) {
        result.error = errno;
        result.at.folded = static_cast<std::uint64_t>(errno); // an error is a state too, and its end a change
        return result;
    }
    if (within_one_tick(found.st_ctim, chainload::read_clock(CLOCK_REALTIME))) settled_ = false;
    result.at.folded = fold(found);
    result.directory = S_ISDIR(found.st_mode);
    result.regular = S_ISREG(found.st_mode);
    return result;
}

bool settings_reader::refresh(settings& into, report say, void* to) {
    speaker out{say, to};
    bool read_anyway = !settled_;
    settled_ = true;
    const std::size_t control = place_of("control");

    stamp directory = look_at(".").at, hooks;
    if (present_.has(control)) hooks = look_at("control").at;
    bool changed = false;
    if (read_anyway || directory != directory_ || hooks != hooks_) {
        if (!list(out, into)) {
            settled_ = false;
            return false;
        }
        directory_ = directory;
        changed = true;
    }
    for (std::size_t at = 0; at < value_settings; ++at)
        if (present_.has(at)) changed = refresh_value(at, read_anyway, out, into) || changed;
    return changed;
}

bool settings_reader::list(const speaker& out, settings& into) {
    listing found;
    auto note = [&](const char* name, chainload::entry_type type) {
        std::size_t at = place_of(name);
        if (at == nowhere) return;
        found.seen.add(at);
        bool plain = type != chainload::entry_type::unknown && type != chainload::entry_type::link;
        if (plain ? type == chainload::entry_type::directory : look_at(name).directory)
            found.directories.add(at);
    };
    auto fd = chainload::open_at(dir_, ".", O_RDONLY | O_DIRECTORY, 0, "open it");
    auto listed =
        fd ? chainload::list_directory(fd->get(), note, "list it") : chainload::result<void>(fd.why());
    if (!listed) {
        text_buffer<96> text("unable to ", listed.why().step, ": ",
                             chainload::error_text(listed.why().error));
        // One that was removed is to be stopped, and whoever removed it knows.
        struct stat info {};
        bool removed = ::fstatat(dir_, ".", &info, 0) == 0 && info.st_nlink == 0;
        if (!reported_directory_ && !removed)
            out.problem(".", text.view(), "the settings read before stay in force");
        reported_directory_ = true;
        return false;
    }
    reported_directory_ = false;
    apply(found, out, into);
    return true;
}

void settings_reader::apply(const listing& found, const speaker& out, settings& into) {
    const settings defaults;
    auto known = known_settings();
    entries reported;
    for (const setting& entry : known)
        if (entry.there != nullptr) into.*entry.there = false;
    for (std::size_t at = 0; at < known.size(); ++at) {
        const setting& entry = known[at];
        bool seen = found.seen.has(at), directory = found.directories.has(at);
        if (entry.kind == setting_kind::value && !seen && present_.has(at)) {
            entry.copy(defaults, into);
            values_[at] = reported_values_[at] = {};
        }
        bool file_wanted = entry.kind == setting_kind::program,
             directory_wanted = entry.kind == setting_kind::directory || entry.kind == setting_kind::relation;
        if (seen && ((file_wanted && directory) || (directory_wanted && !directory))) {
            if (!reported_.has(at) && file_wanted)
                out.problem(entry.name, "is a directory", "allowed: an executable file");
            if (!reported_.has(at) && directory_wanted)
                out.problem(entry.name, "is not a directory", "allowed: a directory");
            reported.add(at);
        } else if (seen && entry.there != nullptr) {
            into.*entry.there = true;
        }
    }
    present_ = found.seen;
    reported_ = reported;
    into.kind = kind_of(into);
    bool several = into.has_run + into.has_start + into.has_target > 1;
    if (several && !reported_kinds_)
        out.problem(into.has_run ? "run" : "start", "there is more than one of run, start and target",
                    "run wins over start, and start over target");
    reported_kinds_ = several;
    read_hooks(out, into);
}

void settings_reader::read_hooks(const speaker& out, settings& into) {
    std::size_t at = place_of("control");
    hooks_ = {};
    if (!present_.has(at) || reported_.has(at)) {
        into.control_hooks.clear();
        if (present_.has(at)) hooks_ = look_at("control").at;
        return;
    }
    hooks_ = look_at("control").at;
    auto hooks = into.control_hooks;
    hooks.clear();
    auto note = [&](const char* name, chainload::entry_type) {
        if (find_letter(name[0]) != nullptr && name[1] == '\0')
            hooks.add(static_cast<unsigned char>(name[0]));
    };
    auto fd = chainload::open_at(dir_, "control", O_RDONLY | O_DIRECTORY, 0, "open it");
    auto listed =
        fd ? chainload::list_directory(fd->get(), note, "list it") : chainload::result<void>(fd.why());
    if (listed) {
        into.control_hooks = hooks;
        reported_hooks_ = {};
        return;
    }
    settled_ = settled_ && !may_pass(listed.why().error);
    text_buffer<96> text("unable to ", listed.why().step, ": ", chainload::error_text(listed.why().error));
    if (reported_hooks_ != hooks_)
        out.problem("control", text.view(), "the hooks found before stay in force");
    reported_hooks_ = hooks_;
}

bool settings_reader::refresh_value(std::size_t at, bool read_anyway, const speaker& out, settings& into) {
    const setting& entry = known_settings()[at];
    looked now = look_at(path_of(entry));
    if (!read_anyway && now.at == values_[at]) return false;
    values_[at] = now.at;

    std::array<char, longest_value_file + 1> buffer;
    text_buffer<128> wrong;
    unsigned line = 0;
    if (now.error != 0) {
        wrong.add("unable to read it: ").add(chainload::error_text(now.error));
    } else if (now.directory || !now.regular) {
        wrong.add(now.directory ? "is a directory" : "is not a regular file");
    } else if (auto fd = chainload::open_at(dir_, path_of(entry), O_RDONLY | O_NONBLOCK | O_NOCTTY); !fd) {
        settled_ = settled_ && !may_pass(fd.why().error);
        wrong.add("unable to open it: ").add(chainload::error_text(fd.why().error));
    } else if (auto text = chainload::read_whole(fd->get(), buffer); !text) {
        settled_ = settled_ && !may_pass(text.why().error);
        wrong.add(text.why().error == E2BIG ? "is too long" : "unable to read it: ");
        if (text.why().error != E2BIG) wrong.add(chainload::error_text(text.why().error));
    } else if (!entry.parse(*text, into)) {
        line = line_of_error(entry, *text);
        wrong = text->empty() ? text_buffer<128>("is empty") : quote_line(*text, line);
    }
    if (wrong.view().empty()) {
        reported_values_[at] = {};
        return true;
    }
    if (reported_values_[at] == now.at) return true;
    reported_values_[at] = now.at;
    text_buffer<192> hint("allowed: ", entry.allowed, "; the last good value stays in force");
    out.problem(entry.name, wrong.view(), hint.view(), line);
    return true;
}

} // namespace reeve::supervise
