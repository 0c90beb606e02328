// The verbs: each does its work and returns how it ended, or throws verb_error.
#pragma once

#include "tools/svctl/exit_code.hpp"
#include "tools/svctl/options.hpp"

namespace reeve::svctl {

exit_code run_status(const command_options& shared, const status_options& options);
exit_code run_logs(const command_options& shared, const logs_options& options);
exit_code run_init(const command_options& shared, const init_options& options);
exit_code run_new(const command_options& shared, const new_options& options);
exit_code run_check(const command_options& shared, const check_options& options);
exit_code run_request(const command_options& shared, const request_options& options);
exit_code run_plan(const command_options& shared, const plan_options& options);
exit_code run_why(const command_options& shared, const why_options& options);
exit_code run_list(const command_options& shared, const list_options& options);
exit_code run_blame(const command_options& shared, const blame_options& options);
exit_code run_graph(const command_options& shared, const graph_options& options);
exit_code run_events(const command_options& shared, const events_options& options);
exit_code run_diff(const command_options& shared, const diff_options& options);
exit_code run_enable(const command_options& shared, const enable_options& options);
exit_code run_instance(const command_options& shared, const instance_options& options);
exit_code run_shutdown(const command_options& shared, const shutdown_options& options);
exit_code run_tree(const command_options& shared, const tree_options& options);

} // namespace reeve::svctl
