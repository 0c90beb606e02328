// svctl init: an empty scan directory that svscan can run.
#include "tools/svctl/directory_builder.hpp"
#include "tools/svctl/output.hpp"
#include "tools/svctl/program_search.hpp"
#include "tools/svctl/scan_directory.hpp"
#include "tools/svctl/shell_quote.hpp"
#include "tools/svctl/verbs.hpp"

#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace reeve::svctl {

namespace {
void make_directories(const std::string& path) {
    std::error_code failed;
    std::filesystem::create_directories(path, failed);
    if (failed) throw system_failure("make directory", path, failed.value());
}

void refuse_what_is_in_use(const std::string& path) {
    if (exists(AT_FDCWD, path.c_str()) && !is_directory(AT_FDCWD, path.c_str()))
        throw verb_error(exit_code::refused, path + " exists and is not a directory");
    auto names = list_directory(AT_FDCWD, path.c_str());
    if (names && !names->empty())
        throw verb_error(exit_code::refused, path + " is not empty",
                         "--force adds what a scan directory needs and leaves the rest as it is");
}

// A program of the suite as a script should call it: by name if $PATH leads to it.
std::string program_word(const std::string& name) {
    if (!find_in_path(name).empty()) return name;
    std::string beside = find_beside_svctl(name);
    return beside.empty() ? name : beside;
}

void report(output& out, bool made, const std::string& path, const std::string& what) {
    out.add((made ? "made  " : "kept  ") + path + "  " + what + "\n");
}
} // namespace

exit_code run_init(const command_options&, const init_options& options) {
    std::string path = options.directory;
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    if (!options.force) refuse_what_is_in_use(path);

    output out;
    bool there = is_directory(AT_FDCWD, path.c_str());
    make_directories(path + "/.svscan");
    report(out, !there, path, "the scan directory");

    std::string log = path + "/.svscan/log";
    bool make_log = !exists(AT_FDCWD, log.c_str());
    if (make_log) {
        directory_builder logger(path + "/.svscan", "log");
        logger.write_script("run", logger_script());
        logger.move_into_place();
    }
    report(out, make_log, log, "the catch-all logger: all lines of services without one of their own");

    std::string engine = path + "/depengine";
    bool make_engine = !exists(AT_FDCWD, engine.c_str());
    if (make_engine) {
        directory_builder service(path, "depengine");
        service.write_script("run", "#!/bin/sh\nexec 2>&1\nexec " + shell_quote(program_word("depengine")) +
                                        " ..\n");
        service.write_file("early", "");
        service.write_file("keep-on-isolate", "");
        service.move_into_place();
    }
    report(out, make_engine, engine, "the engine, a service like others: it acts upon relations and targets");
    bool make_state = !is_directory(AT_FDCWD, (path + "/.depengine").c_str());
    if (make_state && ::mkdir((path + "/.depengine").c_str(), 0700) < 0)
        throw system_failure("make directory", path + "/.depengine", errno);
    report(out, make_state, path + "/.depengine",
           "what the engine keeps; where it is, services wait for the engine");

    std::string stop = path + "/.svscan/stop";
    bool make_stop = !exists(AT_FDCWD, stop.c_str());
    if (make_stop) {
        directory_builder script(path + "/.svscan", ".stop-script");
        script.write_script("stop", "#!/bin/sh\nexec " + shell_quote(program_word("svctl")) +
                                        " -C . shutdown --wait --services\n");
        script.move_into_place();
        std::string made = path + "/.svscan/.stop-script";
        if (::rename((made + "/stop").c_str(), stop.c_str()) < 0)
            throw system_failure("move into place", stop, errno);
        (void)::rmdir(made.c_str());
    }
    report(out, make_stop, stop, "runs before the tree stops: the engine takes all down in order");

    std::string target = path + "/default";
    bool make_target = !exists(AT_FDCWD, target.c_str());
    if (make_target) {
        directory_builder group(path, "default");
        group.write_file("target", "");
        group.make_directory("wants");
        group.write_file(
            "README",
            "The default target: a group without a process. A file wants/NAME makes the service NAME\n"
            "a member (svctl enable --in default NAME), and what is started with it.\n");
        group.move_into_place();
    }
    report(out, make_target, target, "the default target");

    std::string quoted = shell_quote(path);
    out.add("\nnext:\n"
            "  svscan " +
            quoted +
            " &\n"
            "  svctl -C " +
            quoted +
            " new NAME --logger -- COMMAND ARGUMENTS\n"
            "  svctl -C " +
            quoted + " status\n");
    out.flush();
    return exit_code::success;
}

} // namespace reeve::svctl
