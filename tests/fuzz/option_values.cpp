// Any text as a value on a helper's command line, by every parser of such values: a duration, a list of processors, an
// address, a mode... What is accepted is within its range, and where there is a way to write it, reads as the same.
#include "chainload/duration.hpp"
#include "chainload/helpers/isolation/id_map.hpp"
#include "chainload/helpers/isolation/landlock_rules.hpp"
#include "chainload/helpers/isolation/namespace_kinds.hpp"
#include "chainload/helpers/limits/cpu_list.hpp"
#include "chainload/helpers/limits/fine_duration.hpp"
#include "chainload/helpers/limits/limit_value.hpp"
#include "chainload/helpers/place/octal.hpp"
#include "chainload/helpers/rights/account.hpp"
#include "chainload/helpers/rights/capability_list.hpp"
#include "chainload/helpers/session/signal_list.hpp"
#include "chainload/helpers/sockets/inet_address.hpp"
#include "chainload/helpers/sockets/unix_address.hpp"
#include "tests/fuzz/targets.hpp"
#include "tools/svctl/duration_words.hpp"

#include <algorithm>
#include <string>

namespace reeve::tests {

using namespace chainload;

namespace {
bool has_only(std::string_view text, std::string_view characters) {
    return text.find_first_not_of(characters) == std::string_view::npos;
}
constexpr std::string_view digits = "0123456789";

void check_durations(std::string_view text) {
    auto plain = chainload::parse_duration(text), words = svctl::parse_duration(text);
    must_hold(!plain || *plain >= 0, "a duration is one");
    // svctl has days and weeks too, but reads what the others read the same, unless it is centuries.
    constexpr std::int64_t long_time = 1'000'000'000'000;
    must_hold(!plain || *plain > long_time || words == plain, "a duration means the same everywhere");
    if (words) {
        must_hold(*words >= 0, "a duration is one");
        auto again = svctl::parse_duration(svctl::duration_words(*words).substr(0, 3));
        (void)again;
        must_hold(!svctl::duration_words(*words).empty(), "a duration has words");
    }
    auto fine = parse_nanoseconds(text);
    bool unit = text.ends_with("ms") || text.ends_with('s') || text.ends_with('m');
    if (fine && plain && unit)
        must_hold(static_cast<std::uint64_t>(*plain) * 1'000'000 == *fine, "a fine one is the same");
}

void check_numbers(std::string_view text) {
    auto mode = parse_octal(text, 07777);
    must_hold(!mode || (*mode <= 07777 && has_only(text, "01234567")), "a mode is octal");
    auto id = parse_id(text);
    must_hold(!id || (*id != ~std::uint32_t{0} && has_only(text, digits)),
              "an id is a number, not minus one");
    rlimit now{5, 10};
    for (auto unit : {limit_unit::bytes, limit_unit::seconds, limit_unit::count, limit_unit::niceness,
                      limit_unit::microseconds}) {
        auto value = parse_limit_value(text, unit, now);
        if (!value) continue;
        bool infinite = text == "infinity" || text == "unlimited";
        must_hold((*value == RLIM_INFINITY) == infinite, "only infinity is infinite");
        must_hold(unit != limit_unit::niceness || *value <= 40 || infinite, "a niceness is one");
    }
}

void check_cpus(std::string_view text) {
    cpu_list cpus;
    if (!cpus.add(text)) return;
    must_hold(has_only(text, "0123456789-,:"), "a list of processors is of numbers");
    std::string written;
    for (unsigned cpu = 0; cpu < cpu_list::most; ++cpu)
        if (cpus.has(cpu)) written += (written.empty() ? "" : ",") + std::to_string(cpu);
    cpu_list again;
    must_hold(again.add(written), "a list can be written");
    must_hold(std::equal(cpus.mask(), cpus.mask() + cpu_list::bytes / sizeof(unsigned long), again.mask()),
              "and is the same");
}

void check_lists(std::string_view text) {
    capability_set set = 5;
    std::string_view unknown = change_set(text, ~capability_set{0}, set);
    must_hold(text.find(unknown) != std::string_view::npos, "the word that is none stands there");
    unsigned bits = 0;
    (void)change_securebits(text, bits);
    must_hold(bits < 256, "there are eight of them");
    if (auto one = parse_capability(text)) {
        must_hold(*one < 64, "a set has 64");
        auto name = capability_name(*one);
        must_hold(name.empty() || parse_capability(name) == one, "a name is read back");
    }
    (void)for_each_signal(text, [](int signal, bool) {
        must_hold(signal >= 1 && signal <= highest_signal, "a signal is one");
        auto name = signal_name(signal);
        must_hold(name.empty() || parse_signal(name) == signal, "a name is read back");
        return true;
    });
    if (is_range_list(text)) must_hold(has_only(text, "0123456789:,"), "ranges are of numbers");
    if (is_port_list(text)) must_hold(text == "none" || has_only(text, "0123456789-,"), "ports are numbers");
    (void)namespace_flags(text);
}

void check_addresses(std::string_view text) {
    if (auto address = parse_inet_address(text, 80)) {
        must_hold(address->port() == 80 && text.find('\0') == std::string_view::npos, "an address is a text");
        auto again = parse_inet_address(format_ip(address->ip()).view(), 80);
        must_hold(again && again->ip() == address->ip(), "an address can be written");
    }
    if (auto address = parse_unix_address(text)) {
        must_hold(address->size <= sizeof(sockaddr_un), "an address has room");
        must_hold(address->is_abstract() == (text.front() == '@' || text.front() == '\0'),
                  "@ makes it abstract");
    }
}
} // namespace

void fuzz_option_values(std::string_view input) {
    check_durations(input);
    check_numbers(input);
    check_cpus(input);
    check_lists(input);
    check_addresses(input);
}

} // namespace reeve::tests
