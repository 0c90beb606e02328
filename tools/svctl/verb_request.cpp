// svctl start, stop and all that asks the engine to do something; plan and apply; shutdown.
#include "chainload/clock.hpp"
#include "chainload/file.hpp"
#include "supervise/layout.hpp"
#include "tools/svctl/display_width.hpp"
#include "tools/svctl/engine_client.hpp"
#include "tools/svctl/output.hpp"
#include "tools/svctl/progress.hpp"
#include "tools/svctl/snapshot.hpp"
#include "tools/svctl/verbs.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <csignal>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

namespace reeve::svctl {

namespace json = boost::json;

namespace {
// A service directory's supervise/start-env/, which its supervisor applies to the next start only: an envdir.
void write_start_environment(const scan_directory& tree, const std::string& name,
                             const std::vector<std::pair<std::string, std::string>>& variables) {
    auto service = tree.open_state(name);
    if (!service) throw system_failure("open", tree.path() + "/" + name, errno);
    if (::mkdirat(service.get(), supervise::path::start_env, 0700) < 0 && errno != EEXIST)
        throw system_failure("make", tree.path() + "/" + name + "/" + supervise::path::start_env, errno);
    auto directory =
        chainload::open_at(service.get(), supervise::path::start_env, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (!directory) throw system_failure(directory.why(), name);
    for (const auto& [variable, value] : variables) {
        std::string content = value;
        for (char& c : content)
            if (c == '\n') c = '\0'; // as in every envdir
        if (!content.empty()) content += '\n';
        auto file = chainload::open_at(directory->get(), variable.c_str(),
                                       O_WRONLY | O_CREAT | O_TRUNC | chainload::wary, 0600);
        if (!file) throw system_failure(file.why(), variable);
        if (auto written = chainload::write_all(file->get(), content); !written)
            throw system_failure(written.why(), variable);
    }
}

// How high the terminal is; 0: it does not say.
unsigned rows_of(int fd) {
    winsize size{};
    return ::ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0u;
}

// Whoever interrupts the waiting is told that what was asked for is not undone by it.
void leave_waiting(int signal) {
    constexpr std::string_view text = "\nsvctl: what was begun goes on; svctl status shows how far it is\n";
    (void)!::write(STDERR_FILENO, text.data(), text.size());
    ::raise(signal); // by now it does what it does by default
}

// The services that are meant. The engine refuses to act upon its own service, which a pattern like * means too.
json::array services_meant(const scan_directory& tree, const engine_client& engine,
                           const std::vector<std::string>& asked) {
    json::array meant;
    process_table processes;
    auto own_pid = static_cast<std::uint32_t>(engine.peer());
    for (const std::string& name : tree.expand(asked)) {
        if (name.find('/') != std::string::npos)
            throw verb_error(exit_code::refused, name + " is a logger, which the engine does not act upon",
                             "svc does: svc -t " + tree.path() + "/" + name);
        bool by_pattern = std::find(asked.begin(), asked.end(), name) == asked.end();
        bool is_engine =
            by_pattern && look_at_service(tree, name, processes).record.pid == own_pid && own_pid != 0;
        if (!is_engine) meant.emplace_back(name);
    }
    if (meant.empty()) throw verb_error(exit_code::refused, "only the engine itself is meant");
    return meant;
}

json::object request_of(const request_options& options, json::array services) {
    json::object request{{"do", options.verb}, {"services", std::move(services)}};
    if (!options.mode.empty()) request["mode"] = options.mode;
    if (!options.key.empty()) request["key"] = options.key;
    if (options.timeout_ms) request["timeout_ms"] = *options.timeout_ms;
    return request;
}

// Variables are for the start that this request makes: where it makes none they would lie in wait for another.
void require_starts(engine_client& engine, const json::object& request) {
    json::object question{{"do", "plan"}, {"verb", request.at("do")}, {"services", request.at("services")}};
    if (const json::value* mode = request.if_contains("mode")) question["mode"] = *mode;
    json::object plan = engine.ask(std::move(question), "plan");
    const json::array& steps = list_field(plan, "steps");
    for (const json::value& name : request.at("services").as_array()) {
        bool starts = std::any_of(steps.begin(), steps.end(), [&](const json::value& step) {
            return step.is_object() && text_field(step.as_object(), "service") == name.as_string() &&
                   text_field(step.as_object(), "letter") == "u";
        });
        std::string shown(name.as_string());
        if (!starts)
            throw verb_error(exit_code::refused,
                             shown + " would not be started by this, so it can be given no variables",
                             "if it is up: svctl restart " + shown + " KEY=VALUE");
    }
}

exit_code code_of(const json::object& result) {
    if (!list_field(result, "refusals").empty()) return exit_code::refused;
    if (flag_field(result, "ok")) return exit_code::success;
    exit_code worst = exit_code::failed;
    for (const json::value& one : list_field(result, "results")) {
        std::string how = one.is_object() ? text_field(one.as_object(), "result") : std::string();
        if (how == "failed" || how == "dependency") return exit_code::failed;
        if (how == "timeout") worst = exit_code::timeout;
        if (how == "refused" && worst != exit_code::timeout) worst = exit_code::refused;
    }
    return worst;
}

// Sends a request and follows it until its result; nothing if the engine ends before.
std::optional<exit_code> follow_in_its_life(engine_client& engine, json::object request, const terminal& on,
                                            bool as_json, bool wait) {
    progress shown(on, rows_of(STDOUT_FILENO));
    // Of a service that is on its way already there may be nothing to plan, and no change for long.
    json::object before;
    if (const json::value* named = request.if_contains("services"); named != nullptr && wait && !as_json)
        before = engine.ask({{"do", "status"}, {"services", *named}}, "status");
    engine.send(std::move(request));
    struct sigaction leaving {};
    leaving.sa_handler = leave_waiting;
    leaving.sa_flags = static_cast<int>(SA_RESETHAND);
    for (int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(signal, &leaving, nullptr);
    for (;;) {
        auto said = engine.receive();
        if (!said) return std::nullopt;
        std::string type = text_field(*said, "type");
        output out;
        if (as_json)
            out.add(json::serialize(*said) + "\n");
        else if (type == "plan")
            out.add(wait ? shown.begin(*said, before) : steps_text(*said, on));
        else if (type == "event" && wait)
            out.add(shown.change(*said));
        else if (type == "result")
            out.add(shown.end(*said));
        out.flush();
        if (type == "result" && !as_json) require_not_refused(*said);
        if (type == "result") return code_of(*said);
        if (type == "plan" && !wait) return exit_code::success;
    }
}

exit_code follow(engine_client& engine, json::object request, const terminal& on, bool as_json, bool wait) {
    if (auto code = follow_in_its_life(engine, std::move(request), on, as_json, wait)) return *code;
    throw verb_error(exit_code::failed,
                     "the engine ended before the result; what was begun goes on with the next one");
}

// The engine after one that was killed: its supervisor starts it within its restart delay.
engine_client await_next_engine(const scan_directory& tree) {
    constexpr std::int64_t patience_ms = 10000;
    constexpr timespec pause{0, 20'000'000};
    for (std::int64_t deadline = chainload::monotonic_ms() + patience_ms;
         chainload::monotonic_ms() < deadline; ::nanosleep(&pause, nullptr))
        if (auto engine = engine_client::find(tree)) return std::move(*engine);
    return engine_client(tree);
}
} // namespace

exit_code run_request(const command_options& shared, const request_options& options) {
    scan_directory tree(choose_scan_directory(shared.scan_directory));
    (void)tree.expand(options.names); // a misspelt name is told even where no engine runs
    engine_client engine(tree);
    json::object request = request_of(options, services_meant(tree, engine, options.names));
    if (!options.variables.empty()) {
        require_starts(engine, request);
        for (const json::value& name : request.at("services").as_array())
            write_start_environment(tree, std::string(name.as_string()), options.variables);
    }
    terminal on = look_at_output(STDOUT_FILENO, shared.colours);
    return follow(engine, std::move(request), on, options.json, options.wait);
}

exit_code run_plan(const command_options& shared, const plan_options& options) {
    scan_directory tree(choose_scan_directory(shared.scan_directory));
    (void)tree.expand(options.names);
    engine_client engine(tree);
    json::object request{{"do", options.hash.empty() ? "plan" : "apply"},
                         {"verb", options.verb},
                         {"services", services_meant(tree, engine, options.names)}};
    if (!options.mode.empty()) request["mode"] = options.mode;
    terminal on = look_at_output(STDOUT_FILENO, shared.colours);
    if (!options.hash.empty()) {
        request["hash"] = options.hash;
        return follow(engine, std::move(request), on, options.json, true);
    }
    json::object plan = engine.ask(std::move(request), "plan");
    output out;
    out.add(options.json ? json::serialize(plan) + "\n" : plan_text(plan, on));
    out.flush();
    return exit_code::success;
}

exit_code run_shutdown(const command_options& shared, const shutdown_options& options) {
    scan_directory tree(choose_scan_directory(shared.scan_directory));
    engine_client engine(tree);
    json::object request{{"do", "shutdown"}, {"tree", !options.services_only}};
    terminal on = look_at_output(STDOUT_FILENO, shared.colours);
    for (;;) {
        // .svscan/stop waits for this, and after it the tree stops in no order. So if the engine is killed
        // meanwhile, the next one is asked.
        if (auto code = follow_in_its_life(engine, request, on, options.json, options.wait)) return *code;
        engine = await_next_engine(tree);
    }
}

} // namespace reeve::svctl
