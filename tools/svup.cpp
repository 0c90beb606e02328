// svup [-l | -L] DIR …: exit 0 if every service is up, 100 if one is not, 111 if that cannot be told. -l looks at
// the services only, -L at their loggers only; without either a service that has a `log` directory is up when
// its logger is too. As in daemontools-encore.
#include "chainload/error_text.hpp"
#include "chainload/option_reader.hpp"
#include "supervise/control.hpp"
#include "tools/service_view.hpp"
#include "tools/tool.hpp"
#include "tools/working_directory.hpp"

namespace reeve::tools {

namespace {
enum verdict { yes = 0, no = 100, cannot_tell = 111 };

// The service in the current directory.
verdict here_is_up(const char* dir, chainload::messenger& out) {
    auto cannot = [&](const chainload::failure& why) {
        chainload::text_buffer<64> step("unable to ", why.step, " of ");
        out.say(chainload::level::fatal, step.view(), dir, ": ", chainload::error_text(why.error));
        return cannot_tell;
    };
    auto supervised = supervise::is_supervised(AT_FDCWD);
    if (!supervised) return supervised.why().error == ENOENT ? no : cannot(supervised.why());
    if (!*supervised) return no;
    auto record = supervise::read_status(AT_FDCWD);
    if (!record) return cannot(record.why());
    return is_up(record->phase) ? yes : no;
}

verdict is_up_in(const char* dir, bool main_counts, bool log_counts, chainload::messenger& out) {
    if (::chdir(dir) < 0) {
        out.say(chainload::level::fatal, "unable to chdir to ", dir, ": ", chainload::error_text(errno));
        return cannot_tell;
    }
    if (main_counts)
        if (verdict main = here_is_up(dir, out); main != yes) return main;
    if (!log_counts) return yes;
    if (::chdir("log") < 0) {
        // No logger: nothing more to ask for, unless the logger is what was asked for.
        if (errno == ENOENT || errno == ENOTDIR) return main_counts ? yes : no;
        out.say(chainload::level::fatal, "unable to chdir to ", dir, "/log: ", chainload::error_text(errno));
        return cannot_tell;
    }
    return here_is_up(dir, out);
}
} // namespace

int svup(char** arguments) {
    chainload::option_reader options(arguments, "lL");
    bool main_counts = true, log_counts = true;
    while (char option = options.next()) {
        if (option == chainload::option_reader::problem) {
            complain(options.complaint().view());
            return wrong_usage("svup");
        }
        main_counts = option == 'l';
        log_counts = option == 'L';
    }
    if (*options.rest() == nullptr) return wrong_usage("svup");
    chainload::messenger out("svup");
    working_directory origin;
    if (!origin.open(out)) return cannot_tell;
    for (char** dir = options.rest(); *dir != nullptr; ++dir) {
        if (verdict one = is_up_in(*dir, main_counts, log_counts, out); one != yes) return one;
        if (dir[1] != nullptr && !origin.come_back(out)) return cannot_tell;
    }
    return yes;
}

} // namespace reeve::tools
