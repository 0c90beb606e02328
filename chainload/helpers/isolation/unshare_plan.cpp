#include "chainload/helpers/isolation/unshare_plan.hpp"

#include "chainload/helpers/isolation/namespace_kinds.hpp"
#include "chainload/helpers/isolation/option_words.hpp"
#include "chainload/number.hpp"
#include "chainload/signals.hpp"

#include <algorithm>
#include <sys/mount.h>
#include <unistd.h>

namespace reeve::chainload {

namespace {
// Words without a letter have a digit.
constexpr option_word options_of[] = {
    {'m', "mount"},
    {'u', "uts"},
    {'i', "ipc"},
    {'n', "net"},
    {'p', "pid"},
    {'U', "user"},
    {'C', "cgroup"},
    {'T', "time"},
    {'f', "fork"},
    {'r', "map-root-user"},
    {'c', "map-current-user"},
    {'S', "setuid", option_value::needed},
    {'G', "setgid", option_value::needed},
    {'0', "init", option_value::none, false},
    {'1', "map-user", option_value::needed, false},
    {'2', "map-group", option_value::needed, false},
    {'3', "map-users", option_value::needed, false},
    {'4', "map-groups", option_value::needed, false},
    {'5', "mount-proc", option_value::optional, false},
    {'6', "propagation", option_value::needed, false},
    {'7', "setgroups", option_value::needed, false},
    {'8', "kill-child", option_value::optional, false},
    {'9', "keep-caps", option_value::none, false},
    {'M', "monotonic", option_value::needed, false},
    {'B', "boottime", option_value::needed, false},
};

bool read_id(const char* text, std::optional<std::uint32_t>& into) {
    into = parse_number<std::uint32_t>(text);
    return into && *into != ~std::uint32_t{0};
}

bool read_seconds(std::string_view text, std::optional<std::int64_t>& into) {
    bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    auto number = parse_number<std::uint32_t>(text);
    if (number) into = negative ? -std::int64_t{*number} : std::int64_t{*number};
    return number.has_value();
}

bool read_propagation(std::string_view text, std::optional<unsigned long>& into) {
    if (text == "private")
        into = MS_PRIVATE;
    else if (text == "slave")
        into = MS_SLAVE;
    else if (text == "shared")
        into = MS_SHARED;
    else
        into.reset();
    return into || text == "unchanged";
}

bool read_ranges(const char* text, const char*& into) {
    into = text;
    return is_range_list(text);
}

bool read_signal(const char* text, int& into) {
    if (text != nullptr) into = parse_signal(text).value_or(0);
    return into != 0;
}

// One option; false: its value is none.
bool apply(char key, const char* value, unshare_plan& plan) {
    id_map& map = plan.map;
    switch (key) {
    case 'f': plan.fork = plan.fork_alone = true; return true;
    case 'r': map.user = map.group = 0; return true;
    case 'c': map.user = ::geteuid(), map.group = ::getegid(); return true;
    case 'S': return read_id(value, plan.user);
    case 'G': return read_id(value, plan.group);
    case '0': plan.fork = plan.first_process = true; return true;
    case '1': return read_id(value, map.user);
    case '2': return read_id(value, map.group);
    case '3': return read_ranges(value, map.users);
    case '4': return read_ranges(value, map.groups);
    case '5': plan.proc = value != nullptr ? value : "/proc"; return true;
    case '6': return read_propagation(value, plan.propagation);
    case '7':
        map.forbid_setgroups = value == std::string_view("deny");
        return map.forbid_setgroups || value == std::string_view("allow");
    case '8': plan.fork = true; return read_signal(value, plan.death_signal);
    case '9': plan.keep_capabilities = true; return true;
    case 'M': return read_seconds(value, plan.monotonic);
    case 'B': return read_seconds(value, plan.boottime);
    default: break;
    }
    for (const auto& kind : namespace_kinds)
        if (kind.letter == key) plan.flags |= kind.flag;
    return true;
}

bool is_a_mix(const id_map& map) {
    return map.has_ranges() && (map.user || map.group);
}
} // namespace

bool read_unshare_plan(char** arguments, unshare_plan& plan) {
    plan.propagation = MS_PRIVATE;
    option_words options(arguments, options_of);
    while (char key = options.next()) {
        if (key == option_words::problem) return plan.complaint.add(options.complaint()), false;
        if (apply(key, options.value(), plan)) continue;
        auto word = std::find_if(std::begin(options_of), std::end(options_of),
                                 [key](const option_word& one) { return one.key == key; });
        plan.complaint.add("unshare: not a value of --").add(word->word).add(": ");
        plan.complaint.add(std::string_view(options.value()).substr(0, 80)).add('\n');
        return false;
    }
    plan.command = options.rest();
    // Without an option of util-linux's that stands for a namespace they are named by the first word.
    bool named = plan.flags == 0 && !plan.fork_alone && plan.map.is_empty() && plan.proc == nullptr;
    if (named) {
        if (*plan.command == nullptr) return false;
        plan.flags = namespace_flags(*plan.command);
        if (plan.flags == 0) {
            plan.complaint.add("unshare: not a list of namespaces: ");
            plan.complaint.add(std::string_view(*plan.command).substr(0, 80)).add('\n');
            return false;
        }
        ++plan.command;
    }
    if (!plan.map.is_empty()) plan.flags |= new_user;
    if (plan.proc != nullptr) plan.flags |= new_mount;
    if (plan.first_process || (plan.flags & new_pid) != 0)
        plan.fork = true, plan.flags |= plan.first_process ? new_pid : 0;
    if (plan.monotonic || plan.boottime) plan.flags |= new_time;
    // Named, a user namespace is one that the rest of the chain can work in.
    if (named && (plan.flags & new_user) != 0 && plan.map.is_empty()) {
        plan.map.user = ::geteuid(), plan.map.group = ::getegid();
        plan.keep_capabilities = true;
    }
    if (is_a_mix(plan.map)) {
        plan.complaint.add("unshare: one id or ranges, not both\n");
        return false;
    }
    return *plan.command != nullptr;
}

} // namespace reeve::chainload
