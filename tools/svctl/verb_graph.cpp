// svctl graph.
#include "tools/svctl/engine_client.hpp"
#include "tools/svctl/graph_text.hpp"
#include "tools/svctl/offline_graph.hpp"
#include "tools/svctl/output.hpp"
#include "tools/svctl/program_search.hpp"
#include "tools/svctl/verbs.hpp"

#include "chainload/file.hpp"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace reeve::svctl {

namespace json = boost::json;

namespace {
// dot -Tsvg, with the text as its input and our output as its own.
exit_code draw_svg(const std::string& text) {
    std::string program = find_in_path("dot");
    if (program.empty())
        throw verb_error(exit_code::failed, "dot is not found in $PATH",
                         "it is in the package graphviz; --dot prints what it would read");
    chainload::unique_fd input(::memfd_create("graph", MFD_CLOEXEC));
    if (!input) throw system_failure("make", "a temporary file", errno);
    if (auto written = chainload::write_all(input.get(), text); !written)
        throw system_failure(written.why(), "");
    ::lseek(input.get(), 0, SEEK_SET);
    pid_t child = ::fork();
    if (child < 0) throw system_failure("fork", "", errno);
    if (child == 0) {
        ::dup2(input.get(), STDIN_FILENO);
        ::execl(program.c_str(), "dot", "-Tsvg", static_cast<char*>(nullptr));
        ::_exit(127);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return status == 0 ? exit_code::success : exit_code::failed;
}
} // namespace

exit_code run_graph(const command_options& shared, const graph_options& options) {
    scan_directory tree(choose_scan_directory(shared.scan_directory));
    std::vector<std::string> names = tree.expand(options.names);
    json::object graph;
    if (auto engine = engine_client::find(tree)) {
        json::object request{{"do", "graph"}};
        if (!options.names.empty()) {
            json::array list;
            for (const std::string& name : names) list.emplace_back(name);
            request["services"] = std::move(list);
        }
        graph = engine->ask(std::move(request), "graph");
    } else {
        if (options.critical)
            throw verb_error(exit_code::failed, "no engine runs, so nobody knows which chain took longest");
        graph = offline_graph(tree, options.names.empty() ? std::vector<std::string>() : names);
    }
    output out;
    switch (options.form) {
    case graph_form::dot: out.add(graph_dot(graph, options.critical)); break;
    case graph_form::mermaid: out.add(graph_mermaid(graph, options.critical)); break;
    case graph_form::json: out.add(json::serialize(graph) + "\n"); break;
    case graph_form::svg: return draw_svg(graph_dot(graph, options.critical));
    case graph_form::tree:
        out.add(graph_tree(graph, options.critical, look_at_output(STDOUT_FILENO, shared.colours)));
        break;
    }
    out.flush();
    return exit_code::success;
}

} // namespace reeve::svctl
