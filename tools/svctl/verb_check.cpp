// svctl check: all problems of all definitions, for people and for CI.
#include "tools/svctl/definition_check.hpp"
#include "tools/svctl/display_width.hpp"
#include "tools/svctl/graph_check.hpp"
#include "tools/svctl/output.hpp"
#include "tools/svctl/status_json.hpp"
#include "tools/svctl/verbs.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fcntl.h>
#include <filesystem>

namespace reeve::svctl {

namespace {
std::string problems_json(const std::string& directory, std::size_t services,
                          const std::vector<diagnostic>& problems) {
    namespace json = boost::json;
    json::object whole{{"v", 1}, {"scan_directory", as_utf8(directory)}, {"services", services}};
    whole["problems"] = problem_list(problems);
    return json::serialize(whole) + "\n";
}

bool is_service_directory(const std::string& path) {
    for (const char* mark : {"/run", "/start", "/target"})
        if (exists(AT_FDCWD, (path + mark).c_str())) return true;
    return false;
}
} // namespace

exit_code run_check(const command_options& shared, const check_options& options) {
    std::string path =
        options.directory.empty() ? choose_scan_directory(shared.scan_directory) : options.directory;
    std::string only; // a service directory was named: its parent is the scan directory
    if (is_service_directory(path)) {
        auto whole = std::filesystem::absolute(path + "/").lexically_normal().parent_path();
        only = whole.filename();
        path = whole.parent_path();
    }
    scan_directory tree(path);
    std::vector<std::string> names = tree.services_and_loggers();
    std::vector<diagnostic> problems;
    if (only.empty())
        problems = check_names(tree);
    else
        std::erase_if(names, [&](const std::string& name) { return name != only && name != only + "/log"; });
    for (const std::string& name : names)
        for (diagnostic& one : check_service(tree, name)) problems.push_back(std::move(one));
    for (diagnostic& one : check_graph(tree, problems))
        if (only.empty() || one.service == only) problems.push_back(std::move(one));

    output out;
    if (options.json) {
        out.add(problems_json(tree.path(), names.size(), problems));
    } else {
        for (const diagnostic& one : problems) out.add(safe_to_show(diagnostic_text(one)) + "\n");
        if (problems.empty())
            out.add("no problems in " + std::to_string(names.size()) +
                    (names.size() == 1 ? " directory\n" : " directories\n"));
    }
    out.flush();
    return problems.empty() ? exit_code::success : exit_code::failed;
}

} // namespace reeve::svctl
