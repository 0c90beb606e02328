// svctl status: a table of all services, or the whole picture of one.
#include "chainload/clock.hpp"
#include "tools/svctl/engine_views.hpp"
#include "tools/svctl/output.hpp"
#include "tools/svctl/service_detail.hpp"
#include "tools/svctl/status_json.hpp"
#include "tools/svctl/status_table.hpp"
#include "tools/svctl/verbs.hpp"

#include <boost/json/array.hpp>

namespace reeve::svctl {

exit_code run_status(const command_options& shared, const status_options& options) {
    scan_directory tree(choose_scan_directory(shared.scan_directory));
    std::vector<snapshot> services = look_at_services(tree, tree.expand(options.names), options.all);
    add_engine_views(tree, services);
    std::int64_t now_ms = chainload::realtime_ms();
    terminal on = look_at_output(STDOUT_FILENO, shared.colours);
    output out;
    if (options.json) {
        boost::json::array list;
        for (snapshot& one : services) {
            if (options.names.empty())
                list.push_back(service_json(one, now_ms));
            else
                list.push_back(detail_json(look_closely(tree, std::move(one)), now_ms));
        }
        out.add(status_json(tree, std::move(list)));
    } else if (options.names.size() == 1 && services.size() == 1) {
        out.add(detail_text(look_closely(tree, std::move(services.front())), now_ms, on));
    } else if (services.empty()) {
        out.add("no services in " + tree.path() + "; make one: svctl new NAME -- COMMAND\n");
    } else {
        out.add(format_table(status_table(services, now_ms), on.width, on.colours));
    }
    out.flush();
    return exit_code::success;
}

} // namespace reeve::svctl
