// svscan [-s STATE_ROOT] [-t MS] [-c MAX] [SCANDIR]
//
// The process around the shell: options, standard descriptors, the lock, being subreaper, and the three ways to end:
// exit or .svscan/finish, exec of the next svscan (upgrade), and .svscan/crash after what cannot be survived.
#include "chainload/file.hpp"
#include "chainload/lock.hpp"
#include "chainload/number.hpp"
#include "chainload/signals.hpp"
#include "svscan/log.hpp"
#include "svscan/shell.hpp"

#include <climits>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace {
using namespace reeve;
using namespace reeve::svscan;
using chainload::unique_fd;

constexpr int exit_usage = 100, exit_failure = 111;

struct command_line {
    std::string state_root;
    shell_options options;
    const char* scan_dir = ".";
};

[[noreturn]] void usage() {
    static constexpr std::string_view text =
        "svscan: usage: svscan [-s STATE_ROOT] [-t MS] [-c MAX] [SCANDIR]\n";
    (void)!::write(STDERR_FILENO, text.data(), text.size());
    ::_exit(exit_usage);
}

command_line parse_command_line(int argc, char** argv) {
    command_line parsed;
    for (int option; (option = ::getopt(argc, argv, "s:t:c:")) != -1;) {
        auto number =
            option == 't' || option == 'c' ? chainload::parse_number<std::uint32_t>(optarg) : std::nullopt;
        switch (option) {
        case 's': parsed.state_root = optarg; break;
        case 't':
            if (!number) usage();
            parsed.options.rescan_ms = *number;
            break;
        case 'c':
            if (!number || *number == 0) usage();
            parsed.options.most_services = *number;
            break;
        default: usage();
        }
    }
    if (optind < argc) parsed.scan_dir = argv[optind++];
    if (optind < argc) usage();
    return parsed;
}

// svscan reads nothing from its standard input, so the supervises inherit /dev/null; and no descriptor it opens may
// become one of the standard three.
void set_standard_descriptors() {
    int null = ::open("/dev/null", O_RDWR);
    if (null < 0) return; // PID 1 of a machine without /dev: everything else still works
    while (null < STDERR_FILENO) {
        int next = ::dup(null);
        if (next < 0) return;
        null = next;
    }
    if (null == STDERR_FILENO) return;
    ::dup2(null, STDIN_FILENO);
    ::close(null);
}

// The path that this program was exec'd by, absolute: a later exec of it may find a newer version.
std::string path_of_this_program() {
    auto path = reinterpret_cast<const char*>(::getauxval(AT_EXECFN));
    if (path == nullptr) return "/proc/self/exe";
    if (path[0] == '/') return path;
    char directory[PATH_MAX];
    if (::getcwd(directory, sizeof directory) == nullptr) return "/proc/self/exe";
    return std::string(directory) + "/" + path;
}

// A child that a killed svscan was just about to exec holds the lock for a moment: that is waited for.
chainload::result<unique_fd> take_lock(int own) {
    for (int attempt = 0;; ++attempt) {
        auto taken = chainload::try_lock(own, "lock");
        if (taken || taken.why().error != EWOULDBLOCK || attempt == 250) return taken;
        timespec pause{0, 2'000'000};
        ::nanosleep(&pause, nullptr);
    }
}

std::optional<handover> read_handover() {
    const char* variable = std::getenv(handover_variable);
    if (variable == nullptr) return std::nullopt;
    auto number = chainload::parse_number<unsigned>(variable);
    ::unsetenv(handover_variable);
    if (!number || *number > INT_MAX) return std::nullopt;
    unique_fd fd(static_cast<int>(*number));
    std::string text;
    char buffer[4096];
    for (ssize_t got; (got = ::pread(fd.get(), buffer, sizeof buffer, static_cast<off_t>(text.size()))) > 0;)
        text.append(buffer, static_cast<std::size_t>(got));
    return parse_handover(text);
}

// Becomes svscan again. Returns only on failure.
chainload::failure upgrade(shell& from, const departure& why, const std::string& program, char** argv,
                           int start_directory) {
    unique_fd memory(::memfd_create("svscan-handover", 0));
    if (!memory) return chainload::failed("create the handover");
    if (auto written = chainload::write_all(memory.get(), why.handed, "write the handover"); !written)
        return written.why();
    from.keep_over_exec(true);
    ::setenv(handover_variable, std::to_string(memory.get()).c_str(), 1);
    (void)!::fchdir(start_directory); // relative arguments mean what they meant
    ::execv(program.c_str(), argv);
    auto failure = chainload::failed("exec svscan again");
    ::unsetenv(handover_variable);
    from.keep_over_exec(false);
    return failure;
}

// A write to a closed pipe left it pending; what we become must not die of it.
void forget_pending_sigpipe() {
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGPIPE, SIG_DFL);
}

[[noreturn]] void crash(std::string_view why) {
    say(severity::fatal, why);
    if (::access(".svscan/crash", X_OK) == 0) {
        forget_pending_sigpipe();
        chainload::unblock_all_signals();
        char path[] = ".svscan/crash";
        char* words[] = {path, nullptr};
        ::execv(path, words);
        say(severity::fatal, unable(chainload::failed("run .svscan/crash")));
    }
    ::_exit(exit_failure);
}

int supervise_tree(int argc, char** argv) {
    auto command = parse_command_line(argc, argv);
    std::string program = path_of_this_program();
    auto handed = read_handover();
    unique_fd start_directory(::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC));
    auto where = places::open(command.scan_dir, command.state_root);
    if (!where) crash(std::string(command.scan_dir) + ": " + unable(where.why()));
    int scan = where->scan();
    // For svctl and depengine, which are services of this tree, or started by them. Another tree's means nothing here.
    if (where->state_root().empty())
        ::unsetenv("SVCTL_STATE");
    else
        ::setenv("SVCTL_STATE", where->state_root().c_str(), 1);
    if (where->own_is_aside())
        say(severity::info,
            ".svscan cannot be written; svscan's own files are in " + where->state_root() + "/.svscan");

    unique_fd lock(handed ? handed->lock : -1);
    if (!lock) {
        auto taken = take_lock(where->own());
        if (!taken && taken.why().error == EWOULDBLOCK)
            crash(std::string(command.scan_dir) + ": another svscan runs here: .svscan/lock is held");
        if (!taken) crash(unable(taken.why()) + " (.svscan/lock)");
        lock = std::move(*taken);
    }
    if (::getpid() != 1 && ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
        say(severity::warning, unable(chainload::failed("become subreaper")));

    shell tree(std::move(*where), std::move(lock), command.options);
    if (handed)
        tree.begin(*handed);
    else
        tree.begin();
    for (;;) {
        departure end = tree.run();
        if (end.upgrade) {
            say(severity::error,
                unable(upgrade(tree, end, program, argv, start_directory.get())) + "; this svscan goes on");
            (void)!::fchdir(scan);
            continue;
        }
        if (end.finish && ::access(".svscan/finish", X_OK) == 0) {
            forget_pending_sigpipe();
            auto failure =
                tree.programs().become_script(".svscan/finish", std::to_string(end.exit_code).c_str());
            say(severity::error, ".svscan/finish: " + unable(failure));
        }
        return end.exit_code;
    }
}
} // namespace

int main(int argc, char** argv) {
    chainload::block_all_signals();
    chainload::default_all_signals();
    set_standard_descriptors();
    std::set_terminate([] { crash("unexpected end of the program"); });
    int code;
    try {
        code = supervise_tree(argc, argv);
    } catch (const std::exception& unexpected) {
        crash(unexpected.what());
    }
    ::_exit(code); // nothing is left to be written, and destructors would only close
}
