// svctl start, stop and all that asks the engine to do something; plan and apply; shutdown.
#include "chainload/clock.hpp"
#include "chainload/file.hpp"
#include "supervise/layout.hpp"
#include "tools/svctl/display_width.hpp"
#include "tools/svctl/engine_client.hpp"
#include "tools/svctl/output.hpp"
#include "tools/svctl/progress.hpp"
#include "tools/svctl/verbs.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <sys/stat.h>

namespace reeve::svctl {

namespace json = boost::json;

namespace {
// A service directory's supervise/start-env/, which its supervisor applies to the next start only: an envdir.
void write_start_environment(const scan_directory& tree, const std::string& name,
                             const std::vector<std::pair<std::string, std::string>>& variables) {
    auto service = tree.open_service(name);
    if (!service) throw system_failure("open", tree.path() + "/" + name, errno);
    if (::mkdirat(service.get(), supervise::path::start_env, 0700) < 0 && errno != EEXIST)
        throw system_failure("make", tree.path() + "/" + name + "/" + supervise::path::start_env, errno);
    auto directory = chainload::open_at(service.get(), supervise::path::start_env, O_RDONLY | O_DIRECTORY);
    if (!directory) throw system_failure(directory.why(), name);
    for (const auto& [variable, value] : variables) {
        std::string content = value;
        for (char& c : content)
            if (c == '\n') c = '\0'; // as in every envdir
        if (!content.empty()) content += '\n';
        auto file = chainload::open_at(directory->get(), variable.c_str(),
                                       O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
        if (!file) throw system_failure(file.why(), variable);
        if (auto written = chainload::write_all(file->get(), content); !written)
            throw system_failure(written.why(), variable);
    }
}

json::object request_of(const request_options& options) {
    json::object request{{"do", options.verb}};
    json::array names;
    for (const std::string& name : options.names) names.emplace_back(name);
    request["services"] = std::move(names);
    if (!options.mode.empty()) request["mode"] = options.mode;
    if (!options.key.empty()) request["key"] = options.key;
    if (options.timeout_ms) request["timeout_ms"] = *options.timeout_ms;
    return request;
}

exit_code code_of(const json::object& result) {
    if (!list_field(result, "refusals").empty()) return exit_code::refused;
    if (flag_field(result, "ok")) return exit_code::success;
    for (const json::value& one : list_field(result, "results"))
        if (one.is_object() && text_field(one.as_object(), "result") == "timeout") return exit_code::timeout;
    return exit_code::failed;
}

// Follows a request that was sent until its result.
exit_code follow(engine_client& engine, const terminal& on, bool as_json, bool wait) {
    progress shown(on);
    for (;;) {
        auto said = engine.receive();
        if (!said)
            throw verb_error(exit_code::failed,
                             "the engine ended before the result; what was begun goes on with the next one");
        std::string type = text_field(*said, "type");
        output out;
        if (as_json)
            out.add(json::serialize(*said) + "\n");
        else if (type == "plan")
            out.add(shown.begin(*said));
        else if (type == "event" && wait)
            out.add(shown.change(*said));
        else if (type == "result")
            out.add(shown.end(*said));
        out.flush();
        if (type == "result") return code_of(*said);
        if (type == "plan" && !wait) return exit_code::success;
    }
}
} // namespace

exit_code run_request(const command_options& shared, const request_options& options) {
    scan_directory tree(choose_scan_directory(shared.scan_directory));
    request_options settled = options;
    settled.names = tree.expand(options.names);
    engine_client engine(tree);
    if (!options.variables.empty())
        for (const std::string& name : settled.names) write_start_environment(tree, name, options.variables);
    engine.send(request_of(settled));
    return follow(engine, look_at_output(STDOUT_FILENO, shared.colours), options.json, options.wait);
}

exit_code run_plan(const command_options& shared, const plan_options& options) {
    scan_directory tree(choose_scan_directory(shared.scan_directory));
    engine_client engine(tree);
    json::array names;
    for (const std::string& name : tree.expand(options.names)) names.emplace_back(name);
    json::object request{{"do", options.hash.empty() ? "plan" : "apply"},
                         {"verb", options.verb},
                         {"services", std::move(names)}};
    if (!options.mode.empty()) request["mode"] = options.mode;
    terminal on = look_at_output(STDOUT_FILENO, shared.colours);
    if (!options.hash.empty()) {
        request["hash"] = options.hash;
        engine.send(std::move(request));
        return follow(engine, on, options.json, true);
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
    engine.send({{"do", "shutdown"}, {"tree", !options.services_only}});
    return follow(engine, look_at_output(STDOUT_FILENO, shared.colours), options.json, options.wait);
}

} // namespace reeve::svctl
