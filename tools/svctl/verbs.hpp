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

} // namespace reeve::svctl
