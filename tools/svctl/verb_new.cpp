// svctl new: a service directory from a command line.
#include "supervise/layout.hpp"
#include "tools/svctl/directory_builder.hpp"
#include "tools/svctl/nearest_word.hpp"
#include "tools/svctl/output.hpp"
#include "tools/svctl/program_search.hpp"
#include "tools/svctl/scan_directory.hpp"
#include "tools/svctl/service_script.hpp"
#include "tools/svctl/verbs.hpp"

#include <algorithm>
#include <filesystem>
#include <pwd.h>

namespace reeve::svctl {

namespace {
constexpr const char* name_rule = "allowed are 1 to 128 of A-Z a-z 0-9 . _ @ + -, not beginning with . or -";

void check_names(const scan_directory& tree, const new_options& options) {
    if (!supervise::valid_service_name(options.name))
        throw verb_error(exit_code::refused, "\"" + options.name + "\" is no name for a service", name_rule);
    if (exists(tree.fd(), options.name.c_str()))
        throw verb_error(exit_code::refused, tree.path() + "/" + options.name + " exists already");
    auto known = tree.services();
    for (const std::string& needed : options.needs) {
        if (!supervise::valid_service_name(needed))
            throw verb_error(exit_code::refused, "\"" + needed + "\" is no name for a service", name_rule);
        if (needed == options.name)
            throw verb_error(exit_code::refused, options.name + " cannot need itself");
        if (!std::binary_search(known.begin(), known.end(), needed))
            warn("there is no service " + needed + " yet" + did_you_mean(needed, known));
    }
}

// The service runs in its own directory, so a relative path has to become absolute now.
std::vector<std::string> settled_command(std::vector<std::string> command) {
    std::string& program = command.front();
    if (program.empty() || program.front() == '-')
        throw verb_error(exit_code::usage, "\"" + program + "\" is no command");
    bool has_slash = program.find('/') != std::string::npos;
    if (has_slash && program.front() != '/') program = std::filesystem::absolute(program).lexically_normal();
    if (find_in_path(program).empty())
        warn(program + (has_slash ? " is not an executable file" : " is not found in $PATH") +
             ": the service will not start before it is");
    return command;
}

void check_user(const std::string& user) {
    if (user.empty()) return;
    if (::getpwnam(user.c_str()) == nullptr) warn("there is no user " + user + " on this machine");
    if (find_in_path("setuidgid").empty())
        warn("setuidgid is not found in $PATH: the service needs it to become " + user);
}
} // namespace

exit_code run_new(const command_options& shared, const new_options& options) {
    scan_directory tree(choose_scan_directory(shared.scan_directory));
    check_names(tree, options);
    std::vector<std::string> command = settled_command(options.command);
    check_user(options.user);

    directory_builder service(tree.path(), options.name);
    service.write_script("run", run_script(command, options.user));
    if (options.down) service.write_file("down", "");
    if (options.logger) {
        service.make_directory("log");
        service.write_script("log/run", logger_script());
    }
    if (!options.needs.empty()) service.make_directory("requires");
    std::vector<std::string> needs = options.needs;
    std::sort(needs.begin(), needs.end());
    needs.erase(std::unique(needs.begin(), needs.end()), needs.end());
    for (const std::string& needed : needs) service.write_file("requires/" + needed, "");
    service.move_into_place();

    output out;
    out.add("made " + tree.path() + "/" + options.name + "\n");
    out.flush();
    return exit_code::success;
}

} // namespace reeve::svctl
