// The one source that includes CLI11.
#include "tools/svctl/command_line.hpp"

#include "tools/svctl/duration_words.hpp"
#include "tools/svctl/exit_code.hpp"
#include "tools/svctl/nearest_word.hpp"
#include "tools/svctl/option_words.hpp"

#include "depengine/request.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <iostream>

namespace reeve::svctl {

namespace {
constexpr const char* footer =
    "Exit codes: 0 done, 1 failed, 2 refused, 3 timeout, 100 usage, 111 system error.\n"
    "svctl VERB --help tells more of a verb; svctl(1) tells all.";

CLI::App* add_verb(CLI::App& app, std::string_view name) {
    auto found = std::find_if(verb_words.begin(), verb_words.end(),
                              [&](const verb_word& verb) { return verb.name == name; });
    CLI::App* verb = app.add_subcommand(std::string(name), std::string(found->help));
    verb->set_help_flag("-h,--help", "Print this help and exit");
    return verb;
}

[[noreturn]] void refuse_verb(const std::string& word) {
    if (word.starts_with('-')) throw verb_error(exit_code::usage, "unknown option " + word, "svctl --help");
    std::vector<std::string> known;
    for (const verb_word& verb : verb_words) known.emplace_back(verb.name);
    throw verb_error(exit_code::usage, "there is no verb " + word + did_you_mean(word, known),
                     "svctl --help");
}

struct parser {
    CLI::App app{"svctl: the friendly front of a supervision tree", "svctl"};
    command_options result;
    std::string colours;
    status_options status;
    logs_options logs;
    logs_words logs_as_text;
    init_options init;
    new_options made;
    check_options check;
    request_options request;
    plan_options plan;
    why_options why;
    list_options list;
    blame_options blame;
    graph_options graph;
    events_options events;
    diff_options diff;
    enable_options enable;
    instance_options instance;
    shutdown_options shutdown;
    std::string timeout, tree_word_given;
    bool no_wait = false, dot = false, mermaid = false, svg = false, graph_json = false;
    completion_options completion;
    CLI::App *status_verb, *logs_verb, *init_verb, *new_verb, *check_verb;

    parser() {
        app.footer(footer);
        app.set_version_flag("--version", "svctl " REEVE_VERSION, "Print the version and exit");
        app.set_help_flag("-h,--help", "Print this help and exit");
        app.add_option("-C", result.scan_directory,
                       "The scan directory (default: $SVCTL_DIR, else /service, else ~/service)")
            ->type_name("SCANDIR");
        app.add_option("-S", result.state_root,
                       "Where svscan -s keeps what it cannot write there (default: $SVCTL_STATE)")
            ->type_name("STATE_ROOT");
        app.add_option("--color", colours, "Colours: auto (a terminal, and no NO_COLOR), always or never")
            ->type_name("WHEN");
        app.allow_extras();
        add_status();
        add_logs();
        add_init();
        add_new();
        add_check();
        add_requests();
        add_answers();
        add_definitions();
        for (CLI::App* verb : app.get_subcommands({}))
            verb->fallthrough(); // -C and --color may stand behind too
    }

    void add_status() {
        status_verb = add_verb(app, "status");
        status_verb->add_option("NAME", status.names,
                                "Services, NAME/log for a logger; patterns with * ? [ too");
        status_verb->add_flag("-a,--all", status.all, "Loggers too, not only those that need attention");
        status_verb->add_flag("--json", status.json, "As JSON");
    }

    void add_logs() {
        logs_verb = add_verb(app, "logs");
        logs_verb->add_option("NAME", logs.names, "Services (default: all); patterns with * ? [ too");
        logs_verb->add_flag("-f,--follow", logs.follow,
                            "Go on with what comes; begins with the last 10 lines");
        logs_verb->add_option("-n,--lines", logs_as_text.last, "Only the last N lines, or all")
            ->type_name("N");
        logs_verb->add_option("--since", logs_as_text.since, "Only what is not older: 90s, 5m, 1h30m, 2d")
            ->type_name("DURATION");
        logs_verb->add_flag("--utc", logs.utc, "Times in UTC");
        logs_verb->add_flag("--raw", logs.raw, "Lines as they stand in the files, behind the service's name");
        logs_verb->add_flag("--json", logs.json, "One JSON object for each line");
    }

    void add_init() {
        init_verb = add_verb(app, "init");
        init_verb->add_option("DIR", init.directory, "What is to become a scan directory")->required();
        init_verb->add_flag("--force", init.force, "Also if it is not empty: add what is missing");
        init_verb->footer("Makes DIR/depengine, the engine, with DIR/.depengine; DIR/default, a target; "
                          "DIR/.svscan/log, a catch-all\n"
                          "logger, and DIR/.svscan/stop. Without .depengine a tree has no engine: every "
                          "service without a file\n"
                          "`down` starts at once, whatever relations say.");
    }

    void add_new() {
        new_verb = add_verb(app, "new");
        new_verb->add_option("NAME", made.name, "The name of the service")->required();
        new_verb->add_flag("--logger", made.logger, "With a logger of its own, which writes NAME/log/main");
        new_verb->add_option("--needs", made.needs, "It requires the service X; may be given several times")
            ->type_name("X")
            ->allow_extra_args(false);
        new_verb->add_flag("--down", made.down, "It is not started by itself");
        new_verb->add_option("--user", made.user, "It runs as this user (setuidgid)")->type_name("USER");
        new_verb->add_option("--dir", result.scan_directory, "The scan directory, as -C")
            ->type_name("SCANDIR");
        new_verb->footer("Behind -- stands the command with its arguments, as you would type it:\n"
                         "  svctl new web --logger --needs db -- /usr/sbin/nginx -g 'daemon off;'");
    }

    void add_check() {
        check_verb = add_verb(app, "check");
        check_verb->add_option("DIR", check.directory,
                               "A scan directory, or one service directory (default: as -C)");
        check_verb->add_flag("--json", check.json, "As JSON");
    }

    static void add_names(CLI::App* verb, std::vector<std::string>& names, const char* help) {
        verb->add_option("NAME", names, help);
    }
    void add_mode(CLI::App* verb, std::string& into) {
        std::string help = "How it deals with what else is going on:";
        for (const auto& row : depengine::mode_table)
            help += "\n  " + std::string(row.name) + ": " + std::string(row.help);
        verb->add_option("--mode", into, help)->type_name("MODE");
    }

    void add_requests() {
        for (const auto& row : depengine::verb_table) {
            CLI::App* verb = add_verb(app, row.name);
            add_names(verb, request.names, "Services; patterns with * ? [ too");
            add_mode(verb, request.mode);
            verb->add_option("--key", request.key, "A request with the key of an earlier one joins that one")
                ->type_name("KEY");
            verb->add_option("--timeout", timeout, "Wait no longer than this; what was begun goes on")
                ->type_name("DURATION");
            verb->add_flag("--no-wait", no_wait, "Do not wait for the result");
            verb->add_flag("--json", request.json, "All lines of the engine as they are");
            if (row.which == depengine::verb::start)
                verb->footer(
                    "NAME KEY=VALUE ... gives these variables to the next start, and to no later one.");
        }
        CLI::App* verb = add_verb(app, "plan");
        verb->add_option("VERB", plan.verb, "What would be asked: start, stop, ...")->required();
        add_names(verb, plan.names, "Services");
        add_mode(verb, plan.mode);
        verb->add_flag("--json", plan.json, "As JSON");
        verb = add_verb(app, "apply");
        verb->add_option("HASH", plan.hash, "The hash that svctl plan printed")->required();
        verb->add_option("VERB", plan.verb, "As with plan")->required();
        add_names(verb, plan.names, "As with plan");
        add_mode(verb, plan.mode);
        verb->add_flag("--json", plan.json, "As JSON");
        verb = add_verb(app, "shutdown");
        verb->add_flag("--wait", shutdown.wait, "Wait until all services are down");
        verb->add_flag("--services", shutdown.services_only, "Leave svscan and the engine running");
        verb->add_flag("--json", shutdown.json, "As JSON");
    }

    void add_answers() {
        CLI::App* verb = add_verb(app, "why");
        add_names(verb, why.names, "Services");
        verb->add_flag("--json", why.json, "As JSON");
        verb = add_verb(app, "list");
        verb->add_flag("--json", list.json, "As JSON");
        verb = add_verb(app, "blame");
        verb->add_flag("--json", blame.json, "As JSON");
        verb = add_verb(app, "graph");
        add_names(verb, graph.names, "Services, and all that they relate to (default: all)");
        verb->add_flag("--dot", dot, "For Graphviz");
        verb->add_flag("--mermaid", mermaid, "For Markdown");
        verb->add_flag("--svg", svg, "As a picture, drawn by dot");
        verb->add_flag("--critical", graph.critical, "Mark the chain that took longest to start");
        verb->add_flag("--json", graph_json, "As JSON");
        verb = add_verb(app, "events");
        add_names(verb, events.names, "Services (default: all)");
        verb->add_flag("--json", events.json, "One JSON object for each line");
        for (const char* name : {"diff", "reload-definitions"}) {
            verb = add_verb(app, name);
            verb->add_flag("--json", diff.json, "As JSON");
        }
    }

    void add_definitions() {
        for (const char* name : {"enable", "disable"}) {
            CLI::App* verb = add_verb(app, name);
            add_names(verb, enable.names, "Services");
            verb->add_option("--in", enable.target, "Not by itself, but with this target (TARGET/wants/NAME)")
                ->type_name("TARGET");
        }
        CLI::App* verb = add_verb(app, "instance");
        verb->add_option("TEMPLATE", instance.pattern, "The template, a service directory named TEMPLATE@")
            ->required();
        verb->add_option("NAME", instance.name, "What follows the @ in the instance's name")->required();
        verb->add_flag("--down", instance.down, "It is not started by itself");
        verb = add_verb(app, "tree");
        std::string help = "One of:";
        for (const auto& one : tree_words)
            help += "\n  " + std::string(one.word) + ": " + std::string(one.help);
        verb->add_option("WHAT", tree_word_given, help)->required();
        verb = add_verb(app, "completion");
        verb->add_option("SHELL", completion.shell, "bash, zsh or fish")->required();
    }

    void need_names(const std::vector<std::string>& names, std::string_view verb) const {
        if (names.empty())
            throw verb_error(exit_code::usage, std::string(verb) + " needs the name of a service",
                             "svctl list tells which there are");
    }

    void choose_request(const depengine::verb_row& row) {
        request.verb = row.name;
        request.wait = !no_wait;
        take_variables(request);
        need_names(request.names, row.name);
        check_mode(request.mode);
        if (!timeout.empty()) {
            request.timeout_ms = parse_duration(timeout);
            if (!request.timeout_ms)
                throw verb_error(exit_code::usage, "\"" + timeout + "\" is no duration",
                                 "such as 300ms, 5s, 2m");
        }
        result.verb = request;
    }

    void choose_plan() {
        if (depengine::find_verb(plan.verb) == nullptr) {
            std::vector<std::string> known;
            for (const auto& row : depengine::verb_table) known.emplace_back(row.name);
            throw verb_error(exit_code::usage,
                             "\"" + plan.verb + "\" cannot be planned" + did_you_mean(plan.verb, known));
        }
        need_names(plan.names, "plan");
        check_mode(plan.mode);
        result.verb = plan;
    }

    void choose_graph() {
        if (dot + mermaid + svg + graph_json > 1)
            throw verb_error(exit_code::usage, "--dot, --mermaid, --svg and --json: one of them");
        graph.form = dot          ? graph_form::dot
                     : mermaid    ? graph_form::mermaid
                     : svg        ? graph_form::svg
                     : graph_json ? graph_form::json
                                  : graph_form::tree;
        result.verb = graph;
    }

    void choose_tree() {
        auto found = std::find_if(std::begin(tree_words), std::end(tree_words),
                                  [&](const tree_word& one) { return one.word == tree_word_given; });
        if (found == std::end(tree_words)) {
            std::vector<std::string> known;
            for (const auto& one : tree_words) known.emplace_back(one.word);
            throw verb_error(exit_code::usage,
                             "svscan cannot be told to " + tree_word_given +
                                 did_you_mean(tree_word_given, known),
                             "what it can be told: " + listed(known));
        }
        result.verb = tree_options{found->letter};
    }

    void choose_engine_verb() {
        auto parsed = [&](std::string_view name) { return app.get_subcommand(std::string(name))->parsed(); };
        for (const auto& row : depengine::verb_table)
            if (parsed(row.name)) choose_request(row);
        if (parsed("plan") || parsed("apply")) choose_plan();
        if (parsed("why")) {
            need_names(why.names, "why");
            result.verb = why;
        }
        if (parsed("list")) result.verb = list;
        if (parsed("blame")) result.verb = blame;
        if (parsed("graph")) choose_graph();
        if (parsed("events")) result.verb = events;
        diff.load = parsed("reload-definitions");
        if (diff.load || parsed("diff")) result.verb = diff;
        enable.enable = parsed("enable");
        if (enable.enable || parsed("disable")) {
            need_names(enable.names, enable.enable ? "enable" : "disable");
            result.verb = enable;
        }
        if (parsed("instance")) result.verb = instance;
        if (parsed("shutdown")) result.verb = shutdown;
        if (parsed("tree")) choose_tree();
        if (parsed("completion")) result.verb = completion;
    }

    void choose() {
        choose_engine_verb();
        result.colours = parse_colours(colours);
        if (status_verb->parsed()) result.verb = status;
        if (logs_verb->parsed()) {
            settle(logs, logs_as_text);
            result.verb = logs;
        }
        if (init_verb->parsed()) result.verb = init;
        if (check_verb->parsed()) result.verb = check;
        if (!new_verb->parsed()) return;
        if (made.command.empty())
            throw verb_error(exit_code::usage, "new needs a command",
                             "svctl new " + made.name + " -- COMMAND [ARGUMENT]...");
        result.verb = made;
    }
};
} // namespace

verb_syntax syntax_of(std::string_view verb) {
    parser all;
    verb_syntax found;
    for (const CLI::Option* option : all.app.get_subcommand(std::string(verb))->get_options())
        for (const std::string& name : option->get_lnames())
            if (name != "help") found.options.push_back("--" + name);
    if (verb == "tree")
        for (const tree_word& one : tree_words) found.words.emplace_back(one.word);
    if (verb == "completion") found.words.assign(std::begin(shell_words), std::end(shell_words));
    return found;
}

std::optional<command_options> parse_command_line(int argc, char** argv) {
    parser all;
    // The command of `new` may look like options of ours, so it is taken off before anything is parsed.
    std::vector<std::string> words(argv + 1, argv + argc);
    auto end = std::find(words.begin(), words.end(), "--");
    bool for_new = std::find(words.begin(), end, "new") != end;
    if (for_new && end != words.end()) {
        all.made.command.assign(end + 1, words.end());
        words.erase(end, words.end());
    }
    std::reverse(words.begin(), words.end()); // CLI11 takes them from the end
    try {
        all.app.parse(words);
    } catch (const CLI::Success& answered) { // --help and --version
        all.app.exit(answered);
        return std::nullopt;
    } catch (const CLI::ParseError& error) {
        throw verb_error(exit_code::usage, error.what(), "svctl --help");
    }
    auto left = all.app.remaining(true);
    if (!left.empty()) refuse_verb(left.front());
    if (all.app.get_subcommands().empty())
        throw verb_error(exit_code::usage, "no verb is given", "svctl --help");
    all.choose();
    return std::move(all.result);
}

} // namespace reeve::svctl
