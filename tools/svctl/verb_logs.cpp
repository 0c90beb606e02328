// svctl logs: the logs of several services as one, by time.
#include "tools/svctl/display_width.hpp"
#include "tools/svctl/log_session.hpp"
#include "tools/svctl/log_text.hpp"
#include "tools/svctl/output.hpp"
#include "tools/svctl/verbs.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <sys/resource.h>

namespace reeve::svctl {

namespace {
constexpr std::size_t lines_before_following = 10, widest_name = 24;

// Two descriptors per log while the merge reads.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) < 0) return;
    limit.rlim_cur = limit.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

std::string line_json(const std::string& service, const log_line& line) {
    namespace json = boost::json;
    json::object one{{"service", as_utf8(service)}};
    one["time"] = line.stamped ? json::value(rfc3339(line.when)) : json::value(nullptr);
    one["stamp"] = line.stamped ? json::value(line.text.substr(0, line.stamp_size)) : json::value(nullptr);
    one["text"] = as_utf8(text_of(line));
    return json::serialize(one) + "\n";
}

// The services among `names` that have no logger of their own, so whose lines stand among all others'.
void warn_of_shared_logs(const scan_directory& tree, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        auto places = find_logs(tree, name);
        if (places.empty()) warn(name + " has no log yet");
        bool shared = !places.empty() && places.front().service == ".svscan" && name != catch_all_logger;
        if (shared) warn(name + " has no logger of its own: these are the lines of all services without one");
    }
}
} // namespace

exit_code run_logs(const command_options& shared, const logs_options& options) {
    raise_descriptor_limit();
    scan_directory tree(choose_scan_directory(shared.scan_directory));
    std::vector<std::string> names = tree.expand(options.names);
    warn_of_shared_logs(tree, names);

    logs_options effective = options;
    if (options.follow && !options.last && !options.all && !options.since_ms)
        effective.last = lines_before_following;
    log_session session(tree, std::move(names), effective);

    terminal on = look_at_output(STDOUT_FILENO, shared.colours);
    log_style style{on.colours, on.interactive && !options.raw, options.raw,
                    options.utc ? zone::utc : zone::local, 0};
    for (const std::string& service : session.services())
        style.name_width = std::max(style.name_width, std::min(service.size(), widest_name));
    output out;
    auto show = [&](const std::string& service, const log_line& line) {
        out.add(options.json ? line_json(service, line) : log_text(service, line, style));
    };
    session.show_present(show);
    if (options.follow) session.show_future(show, [&] { out.flush(); });
    out.flush();
    return exit_code::success;
}

} // namespace reeve::svctl
