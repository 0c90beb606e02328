// logtools: multilog, tai64n, tai64nlocal and readproctitle in one program. Which one is meant says the name it is
// called by, or its first argument: "logtools tai64n".
#include "chainload/file.hpp"
#include "chainload/option_reader.hpp"
#include "tools/logtools/log_tool.hpp"

namespace {
int wrong_name() {
    using namespace reeve;
    chainload::text_buffer<512> text(
        "logtools: usage: logtools NAME ..., or a link of that name. The names:\n");
    for (const auto& entry : logtools::all_log_tools)
        text.add("  ").add(entry.name).add(" ").add(entry.usage).add("\n");
    (void)chainload::write_all(STDERR_FILENO, text.view());
    return 100;
}
} // namespace

int main(int count, char** arguments) {
    using namespace reeve::logtools;
    if (count == 0) return 100;
    const log_tool* chosen = find_log_tool(reeve::chainload::program_name(arguments[0]));
    if (chosen == nullptr && count > 1) chosen = find_log_tool(*++arguments);
    if (chosen == nullptr) return wrong_name();
    return chosen->run(arguments);
}
