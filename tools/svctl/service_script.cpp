#include "tools/svctl/service_script.hpp"

#include "tools/svctl/shell_quote.hpp"

namespace reeve::svctl {

std::string run_script(std::span<const std::string> command, const std::string& user) {
    std::string script = "#!/bin/sh\nexec 2>&1\nexec ";
    if (!user.empty()) script += "setuidgid " + shell_quote(user) + " ";
    return script + shell_command(command) + "\n";
}

} // namespace reeve::svctl
