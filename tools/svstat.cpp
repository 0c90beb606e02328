// svstat [-l | --json] DIR …: prints what services are. Without an option each line is daemontools' own, also for
// what goes wrong, which stands on the same line on stdout. Exit 0 always, 111 if the current directory cannot be
// opened.
//
// daemontools' svstat has no options and takes every word for a directory. So only the words "-l", "--json" and
// "--", before the first directory, are anything else.
#include "chainload/clock.hpp"
#include "tools/look_at_service.hpp"
#include "tools/tool.hpp"
#include "tools/working_directory.hpp"

namespace reeve::tools {

int svstat(char** arguments) {
    enum class format { line, long_form, json } chosen = format::line;
    char** dir = arguments + 1;
    for (; *dir != nullptr; ++dir) {
        std::string_view word(*dir);
        if (word == "-l")
            chosen = format::long_form;
        else if (word == "--json")
            chosen = format::json;
        else
            break;
    }
    if (*dir != nullptr && *dir == std::string_view("--")) ++dir;

    chainload::messenger complaints("svstat");
    working_directory origin;
    if (!origin.open(complaints)) return 111;
    timespec now = chainload::read_clock(CLOCK_REALTIME);
    output out;
    json_writer json(out);
    if (chosen == format::json) json.begin_array();
    for (; *dir != nullptr; ++dir) {
        service_view view = look_at_service(*dir);
        switch (chosen) {
        case format::line:
            print_line(view, now, out);
            out.add("\n");
            break;
        case format::long_form: print_long(view, now, out); break;
        case format::json: print_json(view, now, json); break;
        }
        if (dir[1] == nullptr) break;
        if (chosen == format::json) json.line_break();
        if (!origin.come_back(complaints)) return 111;
    }
    if (chosen == format::json) {
        json.end_array();
        json.line_break();
    }
    return 0;
}

} // namespace reeve::tools
