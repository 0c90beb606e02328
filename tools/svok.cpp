// svok DIR: exit 0 if a supervise runs there, 100 if not, 111 if that cannot be told. As daemontools' svok.
#include "chainload/error_text.hpp"
#include "supervise/control.hpp"
#include "tools/tool.hpp"
#include "tools/working_directory.hpp"

namespace reeve::tools {

int svok(char** arguments) {
    const char* dir = arguments[1];
    if (dir == nullptr) return wrong_usage("svok");
    chainload::messenger out("svok");
    auto give_up = [&](int error, std::string_view step, std::string_view where) {
        out.say(chainload::level::fatal, step, dir, where, chainload::error_text(error));
        return 111;
    };
    if (::chdir(dir) < 0) return give_up(errno, "unable to chdir to ", ": ");
    auto supervised = supervise::is_supervised(AT_FDCWD);
    if (supervised) return *supervised ? 0 : 100;
    if (supervised.why().error == ENOENT) return 100;
    return give_up(supervised.why().error, "unable to open ", "/supervise/ok: ");
}

} // namespace reeve::tools
