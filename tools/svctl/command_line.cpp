// The one source that includes CLI11.
#include "tools/svctl/command_line.hpp"

#include "tools/svctl/duration_words.hpp"
#include "tools/svctl/exit_code.hpp"
#include "tools/svctl/nearest_word.hpp"

#include "chainload/number.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <iostream>

namespace reeve::svctl {

namespace {
constexpr std::array<verb_word, 5> verbs{{
    {"status", "show what all services are now, or all that is known of one"},
    {"logs", "show the logs of services, merged by time"},
    {"init", "make a scan directory"},
    {"new", "make a service directory from a command line"},
    {"check", "report all problems of all service directories at once"},
}};

constexpr const char* footer =
    "Exit codes: 0 done, 1 failed, 2 refused, 3 timeout, 100 usage, 111 system error.\n"
    "svctl VERB --help tells more of a verb; svctl(1) tells all.";

CLI::App* add_verb(CLI::App& app, std::string_view name) {
    auto found =
        std::find_if(verbs.begin(), verbs.end(), [&](const verb_word& verb) { return verb.name == name; });
    CLI::App* verb = app.add_subcommand(std::string(name), std::string(found->help));
    verb->set_help_flag("-h,--help", "Print this help and exit");
    return verb;
}

[[noreturn]] void refuse_verb(const std::string& word) {
    if (word.starts_with('-')) throw verb_error(exit_code::usage, "unknown option " + word, "svctl --help");
    std::vector<std::string> known;
    for (const verb_word& verb : verbs) known.emplace_back(verb.name);
    throw verb_error(exit_code::usage, "there is no verb " + word + did_you_mean(word, known),
                     "svctl --help");
}

// What the options of logs say as text.
struct logs_words {
    std::string last, since;
};

void settle(logs_options& options, const logs_words& words) {
    if (!words.since.empty()) {
        options.since_ms = parse_duration(words.since);
        if (!options.since_ms)
            throw verb_error(exit_code::usage, "\"" + words.since + "\" is no duration",
                             "such as 90s, 5m, 1h30m, 2d");
    }
    options.all = words.last == "all";
    if (words.last.empty() || options.all) return;
    options.last = chainload::parse_number<std::size_t>(words.last);
    if (!options.last) throw verb_error(exit_code::usage, "\"" + words.last + "\" is no number of lines");
}

colour_choice parse_colours(const std::string& word) {
    if (word.empty() || word == "auto") return colour_choice::automatic;
    if (word == "always") return colour_choice::always;
    if (word == "never") return colour_choice::never;
    throw verb_error(exit_code::usage, "--color is auto, always or never, not " + word);
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
    CLI::App *status_verb, *logs_verb, *init_verb, *new_verb, *check_verb;

    parser() {
        app.footer(footer);
        app.set_version_flag("--version", "svctl " REEVE_VERSION, "Print the version and exit");
        app.set_help_flag("-h,--help", "Print this help and exit");
        app.add_option("-C", result.scan_directory,
                       "The scan directory (default: $SVCTL_DIR, else /service, else ~/service)")
            ->type_name("SCANDIR");
        app.add_option("--color", colours, "Colours: auto (a terminal, and no NO_COLOR), always or never")
            ->type_name("WHEN");
        app.allow_extras();
        add_status();
        add_logs();
        add_init();
        add_new();
        add_check();
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
        init_verb->footer(
            "Makes DIR/.svscan/log, a catch-all logger, and DIR/default, a target. The tree has no engine: "
            "it\n"
            "holds no .depengine, so every service without a file `down` starts at once, whatever relations\n"
            "say. An engine is what acts upon relations and targets.");
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

    void choose() {
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

std::span<const verb_word> verb_words() {
    return verbs;
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
