// svctl: the friendly front of a tree. Here are the dispatch to the verbs and the one place that prints errors.
#include "chainload/message.hpp"
#include "tools/svctl/command_line.hpp"
#include "tools/svctl/completion.hpp"
#include "tools/svctl/output.hpp"
#include "tools/svctl/verbs.hpp"

#include <cstdlib>
#include <exception>
#include <new>
#include <unistd.h>

namespace {
using namespace reeve::svctl;

exit_code print_completion(const completion_options& options) {
    std::vector<completed_verb> verbs;
    for (const verb_word& verb : verb_words) verbs.push_back({verb, syntax_of(verb.name)});
    auto script = completion_script(options.shell, verbs);
    if (!script)
        throw verb_error(exit_code::usage, "\"" + options.shell + "\" is no shell that can complete",
                         "bash, zsh or fish");
    output out;
    out.add(*script);
    out.flush();
    return exit_code::success;
}

exit_code run(const command_options& options) {
    if (!options.state_root.empty()) ::setenv("SVCTL_STATE", options.state_root.c_str(), 1);
    struct {
        const command_options& shared;
        exit_code operator()(const status_options& verb) const { return run_status(shared, verb); }
        exit_code operator()(const logs_options& verb) const { return run_logs(shared, verb); }
        exit_code operator()(const init_options& verb) const { return run_init(shared, verb); }
        exit_code operator()(const new_options& verb) const { return run_new(shared, verb); }
        exit_code operator()(const check_options& verb) const { return run_check(shared, verb); }
        exit_code operator()(const request_options& verb) const { return run_request(shared, verb); }
        exit_code operator()(const plan_options& verb) const { return run_plan(shared, verb); }
        exit_code operator()(const why_options& verb) const { return run_why(shared, verb); }
        exit_code operator()(const list_options& verb) const { return run_list(shared, verb); }
        exit_code operator()(const blame_options& verb) const { return run_blame(shared, verb); }
        exit_code operator()(const graph_options& verb) const { return run_graph(shared, verb); }
        exit_code operator()(const events_options& verb) const { return run_events(shared, verb); }
        exit_code operator()(const diff_options& verb) const { return run_diff(shared, verb); }
        exit_code operator()(const enable_options& verb) const { return run_enable(shared, verb); }
        exit_code operator()(const instance_options& verb) const { return run_instance(shared, verb); }
        exit_code operator()(const shutdown_options& verb) const { return run_shutdown(shared, verb); }
        exit_code operator()(const tree_options& verb) const { return run_tree(shared, verb); }
        exit_code operator()(const completion_options& verb) const { return print_completion(verb); }
    } dispatch{options};
    return std::visit(dispatch, options.verb);
}

exit_code fatal(std::string_view text, std::string_view hint, exit_code code) {
    reeve::chainload::messenger("svctl").say(reeve::chainload::level::fatal, text, hint.empty() ? "" : " (",
                                             hint, hint.empty() ? "" : ")");
    return code;
}

exit_code try_to_run(int argc, char** argv) {
    try {
        auto options = parse_command_line(argc, argv);
        return options ? run(*options) : exit_code::success;
    } catch (const verb_error& error) {
        return fatal(error.what(), error.hint(), error.code());
    } catch (const std::bad_alloc&) {
        return fatal("out of memory", "", exit_code::system_error);
    } catch (const std::exception& error) {
        return fatal(error.what(), "", exit_code::system_error);
    }
}

// Memory may be short where nobody can catch that: before main() (CLI11 has objects that are constructed there), and in
// functions of libraries that promise not to throw. It is told all the same, and ends without a core dump.
[[noreturn]] void end_uncaught() {
    const char* why = "unexpected end of the program";
    try {
        if (auto thrown = std::current_exception()) std::rethrow_exception(thrown);
    } catch (const std::bad_alloc&) {
        why = "out of memory";
    } catch (...) {
    }
    ::_exit(static_cast<int>(fatal(why, "", exit_code::system_error)));
}

struct before_main {
    before_main() { std::set_terminate(end_uncaught); }
};
[[gnu::init_priority(101)]] before_main first_of_all;
} // namespace

int main(int argc, char** argv) {
    return static_cast<int>(try_to_run(argc, argv));
}
