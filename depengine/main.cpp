// depengine [--manual-reload] [--group GROUP] [-s STATE_ROOT] SCANDIR
//
// The process around the engine: options, standard descriptors, signals and the lock. The engine exits 0 when a signal
// asks for it, and leaves all services as they are.
#include "chainload/file.hpp"
#include "chainload/number.hpp"
#include "chainload/signals.hpp"
#include "depengine/engine.hpp"
#include "depengine/log.hpp"

#include <csignal>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <unistd.h>

namespace {
using namespace reeve;
using namespace reeve::depengine;

constexpr int exit_usage = 100, exit_failure = 111;

[[noreturn]] void usage() {
    static constexpr std::string_view text =
        "depengine: usage: depengine [--manual-reload] [--group GROUP] [-s STATE_ROOT] SCANDIR\n";
    (void)!::write(STDERR_FILENO, text.data(), text.size());
    ::_exit(exit_usage);
}

[[noreturn]] void die(std::string_view why) {
    say(severity::fatal, why);
    ::_exit(exit_failure);
}

// A name of the group database, or a number.
gid_t group_of(const char* text) {
    if (auto number = chainload::parse_number<gid_t>(text)) return *number;
    std::string name(text);
    auto file = chainload::open_at(AT_FDCWD, "/etc/group", O_RDONLY);
    FILE* list = file ? ::fdopen(file->release(), "r") : nullptr;
    if (list == nullptr) die("unable to look up the group " + name);
    while (const group* entry = ::fgetgrent(list))
        if (name == entry->gr_name) {
            gid_t found = entry->gr_gid;
            ::fclose(list);
            return found;
        }
    die("there is no group " + name + " in /etc/group");
}

struct command_line {
    engine_options options;
    const char* scan_dir = nullptr;
    const char* state_root = nullptr;
};

command_line parse_command_line(int argc, char** argv) {
    static constexpr option known[] = {
        {"manual-reload", no_argument, nullptr, 'm'}, {"group", required_argument, nullptr, 'g'}, {}};
    command_line parsed;
    ::opterr = 0;
    for (int found; (found = ::getopt_long(argc, argv, "s:", known, nullptr)) != -1;) {
        switch (found) {
        case 'm': parsed.options.manual_reload = true; break;
        case 'g': parsed.options.group = group_of(optarg); break;
        case 's': parsed.state_root = optarg; break;
        default: usage();
        }
    }
    if (optind + 1 != argc) usage();
    parsed.scan_dir = argv[optind];
    return parsed;
}

// No descriptor that is opened here may become one of the standard three.
void set_standard_descriptors() {
    int null;
    do {
        null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    } while (null >= 0 && null <= STDERR_FILENO && ::fcntl(null, F_SETFD, 0) == 0);
    if (null >= 0) ::close(null);
}

// STATE_ROOT of the option, or of the svscan that this is a service of.
chainload::unique_fd open_state_root(const char* asked, std::string& path) {
    const char* root = asked != nullptr ? asked : std::getenv("SVCTL_STATE");
    if (root == nullptr || *root == '\0') return {};
    auto opened = chainload::open_at(AT_FDCWD, root, O_RDONLY | O_DIRECTORY, 0, "open STATE_ROOT");
    char* absolute = opened ? ::realpath(root, nullptr) : nullptr;
    if (absolute == nullptr) {
        if (asked == nullptr) return {};
        die(std::string(root) + ": " + unable(opened ? chainload::failed("find STATE_ROOT") : opened.why()));
    }
    path = absolute;
    std::free(absolute);
    return std::move(*opened);
}

void run_engine(int argc, char** argv) {
    auto command = parse_command_line(argc, argv);
    std::string directory(command.scan_dir);
    auto scan =
        chainload::open_at(AT_FDCWD, command.scan_dir, O_RDONLY | O_DIRECTORY, 0, "open the scan directory");
    if (!scan) die(directory + ": " + unable(scan.why()));
    tree_place where;
    auto state = open_state_root(command.state_root, where.state_path);
    where.scan = scan->get();
    where.state = state.get();
    if (::fchdir(scan->get()) < 0)
        die(directory + ": " + unable(chainload::failed("chdir to the scan directory")));
    auto own = own_directory::open(where, command.options.group);
    if (!own && own.why().error == EWOULDBLOCK)
        die(directory + ": another depengine runs here: .depengine/lock is held");
    if (!own) die(directory + ": " + unable(own.why()));
    engine one(std::move(where), std::move(*own), command.options);
    if (auto begun = one.begin(); !begun) die(directory + ": " + unable(begun.why()));
    one.run();
}
} // namespace

int main(int argc, char** argv) {
    set_standard_descriptors();
    chainload::block_all_signals();
    std::set_terminate([] { die("unexpected end of the program"); });
    try {
        run_engine(argc, argv);
    } catch (const std::exception& unexpected) {
        die(unexpected.what());
    }
    ::_exit(0);
}
