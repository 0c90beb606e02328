// join-ns [-p PID[:KIND,…]]… [KIND=PATH]… PROGRAM …: runs PROGRAM in namespaces that there are already: those that a
// process is in, all or some, and those that files of /proc/PID/ns or bind mounts of them stand for.
//
// Who joins a user namespace becomes its root, if it has one. A pid namespace is for children only: the helper then
// stays as PROGRAM's parent.
#include "chainload/helpers/isolation/helpers.hpp"
#include "chainload/helpers/isolation/joined_namespaces.hpp"
#include "chainload/helpers/isolation/mount_namespace.hpp"
#include "chainload/helpers/isolation/option_words.hpp"
#include "chainload/helpers/isolation/own_capabilities.hpp"
#include "chainload/helpers/isolation/staying_parent.hpp"
#include "chainload/helpers/sockets/child_listeners.hpp"
#include "chainload/number.hpp"

#include <csignal>
#include <grp.h>
#include <unistd.h>

namespace reeve::chainload {

namespace {
constexpr option_word options_of[] = {{'p', "pid", option_value::needed}};

// "PID" or "PID:KIND,KIND…".
result<void> add_process(std::string_view text, joined_namespaces& joined) {
    std::size_t colon = text.find(':');
    auto pid = parse_number<std::uint32_t>(text.substr(0, colon));
    int flags = colon == std::string_view::npos ? 0 : namespace_flags(text.substr(colon + 1));
    bool wrong = !pid || *pid == 0 || *pid > INT32_MAX || (colon != std::string_view::npos && flags == 0);
    return wrong ? result<void>(failure{EDOM, ""}) : joined.add_process(static_cast<pid_t>(*pid), flags);
}

// The ids of one who comes from elsewhere may mean nothing there.
result<void> become_root_there() {
    if (::setgroups(0, nullptr) < 0 && errno != EPERM) return failed("setgroups");
    if (::setgid(0) < 0 && errno != EINVAL) return failed("setgid");
    if (::setuid(0) < 0 && errno != EINVAL) return failed("setuid");
    return settle_capabilities(false);
}
} // namespace

next run_join_ns(char** arguments, process& self) {
    joined_namespaces joined;
    option_words options(arguments, options_of);
    while (char key = options.next()) {
        if (key == option_words::problem) return self.wrong_usage(options.complaint());
        auto added = add_process(options.value(), joined);
        if (!added && added.why().error == EDOM)
            return self.wrong_usage("join-ns: -p takes PID or PID:KIND,KIND...\n");
        if (!added) return unable_to_isolate(self, added.why(), {}, " of process ", options.value());
    }
    char** word = options.rest();
    for (; *word != nullptr; ++word) {
        std::string_view text = *word;
        std::size_t equals = text.find('=');
        auto kind = equals == std::string_view::npos ? nullptr : find_namespace_kind(text.substr(0, equals));
        if (kind == nullptr) break;
        if (auto added = joined.add_file(*kind, *word + equals + 1); !added)
            return unable_to_isolate(self, added.why(), {}, " ", *word + equals + 1);
    }
    if (*word == nullptr || joined.is_empty()) return self.wrong_usage();
    pid_t parent = ::getpid();
    auto flags = joined.enter();
    if (!flags)
        return unable_to_isolate(self, flags.why(),
                                 flags.why().error == EPERM ? hint_about(EPERM) : std::string_view());
    if ((*flags & new_pid) != 0) {
        auto over = stay_as_parent({SIGKILL, false});
        if (!over) return unable_to_isolate(self, over.why(), {});
        if (*over) return self.done(**over);
    }
    if ((*flags & new_user) != 0)
        if (auto done = become_root_there(); !done) return unable_to_isolate(self, done.why(), {});
    return (*flags & new_pid) != 0 ? go_on_in_child(self, parent, word) : self.go_on(word);
}

} // namespace reeve::chainload
