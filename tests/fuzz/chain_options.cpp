// Any words, one to a line, as the command line of a helper; the first word chooses which. Whatever is not refused with
// a reason leaves a command that is the end of these words, and values within their ranges.
#include "chainload/helpers/isolation/landlock_demand.hpp"
#include "chainload/helpers/isolation/seccomp_filter.hpp"
#include "chainload/helpers/isolation/unshare_plan.hpp"
#include "chainload/helpers/waiting/at_options.hpp"
#include "chainload/option_reader.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/fuzz/words.hpp"

namespace reeve::tests {

using namespace chainload;

namespace {
std::size_t count(char** words) {
    std::size_t size = 0;
    while (words[size] != nullptr) ++size;
    return size;
}

bool is_end_of(char** rest, argument_list& all) {
    char** end = all.data() + count(all.data());
    return rest >= all.data() && rest <= end && rest + count(rest) == end;
}

bool is_message(std::string_view text) {
    return text.empty() || text.ends_with('\n');
}

void read_plain(argument_list& words) {
    option_reader options(words.data(), "ab:c");
    std::size_t read = 0;
    while (char letter = options.next()) {
        if (letter == option_reader::problem) {
            must_hold(is_message(options.complaint().view()) && !options.complaint().view().empty(),
                      "a problem is told");
            return;
        }
        must_hold(letter != 'b' || options.value() != nullptr, "an option has its value");
        must_hold(++read < 100'000, "options end");
    }
    must_hold(is_end_of(options.rest(), words), "what follows is the end");
}

void read_unshare(argument_list& words) {
    unshare_plan plan;
    if (!read_unshare_plan(words.data(), plan)) {
        must_hold(is_message(plan.complaint.view()), "a complaint is a line");
        return;
    }
    must_hold(is_end_of(plan.command, words) && *plan.command != nullptr, "there is a command");
    must_hold(plan.map.is_empty() || (plan.flags & 0x10000000) != 0, "a map is of a user namespace");
    must_hold(plan.map.users == nullptr || is_range_list(plan.map.users), "ranges are ranges");
    must_hold(plan.death_signal >= 1 && plan.death_signal <= 64, "a signal is one");
}

void read_landlock(argument_list& words) {
    landlock_demand demand;
    option_words options(words.data(), landlock_options);
    while (char key = options.next()) {
        if (key == option_words::problem) return must_hold(!options.complaint().empty(), "a problem is told");
        if (!demand.add(key, options.value())) return;
    }
    must_hold(is_end_of(options.rest(), words), "what follows is the end");
    landlock_rights known = known_rights(1, demand.rights);
    must_hold((known.paths & ~demand.rights.paths) == 0, "what is known was asked for");
    must_hold(demand.is_empty() || !demand.shortcoming(0).empty(), "no kernel without it will do");
}

void read_at(argument_list& words) {
    char* nothing[] = {nullptr};
    static constexpr helper at{"at", nullptr, "", ""};
    process self(nothing);
    self.begin(at);
    at_options read;
    next halted;
    if (!read_at_options(words.data(), self, read, halted)) {
        must_hold(halted.exit_code == usage_error && !self.message().empty(), "what is wrong is told");
        return;
    }
    must_hold(is_end_of(read.program, words), "the program is the end");
    must_hold((read.listed > 0) == (*read.program == nullptr) && read.listed <= 10'000,
              "times are listed or something is run");
    must_hold(!read.is_interval || read.interval_ms > 0, "an interval has a length");
    must_hold(read.most_delay_ms >= 0, "a delay is one");
}

void read_seccomp(argument_list& words) {
    seccomp_filter filter;
    std::string_view unknown;
    std::string_view list = words.data()[1] != nullptr ? words.data()[1] : "";
    if (filter.deny(list, unknown)) return;
    bool inside =
        unknown.data() >= list.data() && unknown.data() + unknown.size() <= list.data() + list.size();
    must_hold(inside && unknown.find(',') == std::string_view::npos, "the word that is none is told");
}
} // namespace

void fuzz_chain_options(std::string_view input) {
    argument_list words(split_words(input));
    std::string_view name = words.data()[0];
    if (name == "unshare")
        read_unshare(words);
    else if (name == "landlock")
        read_landlock(words);
    else if (name == "at")
        read_at(words);
    else if (name == "seccomp-deny")
        read_seccomp(words);
    else
        read_plain(words);
}

} // namespace reeve::tests
