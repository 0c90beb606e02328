// Any words as a multilog script, one to a line. A refused script has a word and a text; an accepted one is within its
// limits, and the same words give the same hash.
#include "tools/logtools/script.hpp"

#include "tests/fuzz/targets.hpp"

#include <string>
#include <vector>

namespace reeve::tests {

using namespace logtools;

void fuzz_multilog_script(std::string_view input) {
    std::vector<std::string> words(1);
    for (char c : input) {
        if (c == '\0') continue; // no argument holds one
        if (c == '\n')
            words.emplace_back();
        else
            words.back() += c;
    }
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    std::vector<action> actions(words.size());
    std::vector<log_settings> logs(most_logs);
    script all, again;
    all.actions = again.actions = actions;
    all.logs = again.logs = logs;
    auto error = parse_script(pointers, all);
    if (error) {
        must_hold(!error->word.empty() && !error->text.empty(), "an error says which word and why");
        return;
    }
    must_hold(!parse_script(pointers, again) && again.hash == all.hash, "the same words, the same script");
    must_hold(all.action_count <= words.size() && all.log_count <= most_logs,
              "as many actions as words at the most");
    for (std::size_t i = 0; i < all.log_count; ++i) {
        const log_settings& log = logs[i];
        must_hold(log.size >= least_size && log.size <= std::uint64_t{1} << 50, "a size is within its range");
        must_hold(log.count == 0 || log.count >= 2, "two files are kept at least");
        must_hold(log.total == 0 || log.total >= 2 * log.size, "a total has room for two files");
        must_hold(log.age >= 0 && log.level >= 0 && log.level <= 19,
                  "ages and levels are within their range");
        must_hold(log.directory[0] == '.' || log.directory[0] == '/', "a directory looks like one");
    }
}

} // namespace reeve::tests
