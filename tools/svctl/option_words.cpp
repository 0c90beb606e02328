#include "tools/svctl/option_words.hpp"

#include "chainload/number.hpp"
#include "depengine/request.hpp"
#include "tools/svctl/duration_words.hpp"
#include "tools/svctl/exit_code.hpp"
#include "tools/svctl/nearest_word.hpp"

#include <algorithm>

namespace reeve::svctl {

std::string listed(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

void settle(logs_options& options, const logs_words& words) {
    if (!words.since.empty()) {
        options.since_ms = parse_duration(words.since);
        if (!options.since_ms)
            throw verb_error(exit_code::usage, "\"" + words.since + "\" is no duration",
                             "such as 90s, 5m, 1h30m, 2d");
    }
    options.all = words.last == "all";
    if (words.last.empty() || options.all) return;
    options.last = chainload::parse_number<std::size_t>(words.last);
    if (!options.last) throw verb_error(exit_code::usage, "\"" + words.last + "\" is no number of lines");
}

colour_choice parse_colours(const std::string& word) {
    if (word.empty() || word == "auto") return colour_choice::automatic;
    if (word == "always") return colour_choice::always;
    if (word == "never") return colour_choice::never;
    throw verb_error(exit_code::usage, "--color is auto, always or never, not " + word);
}

void take_variables(request_options& request) {
    std::erase_if(request.names, [&](const std::string& word) {
        std::size_t sign = word.find('=');
        if (sign == std::string::npos) return false;
        bool plain =
            sign > 0 &&
            std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(sign), [](char c) {
                return c == '_' || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
            });
        if (!plain)
            throw verb_error(exit_code::usage, "\"" + word.substr(0, sign) + "\" is no name of a variable");
        request.variables.emplace_back(word.substr(0, sign), word.substr(sign + 1));
        return true;
    });
    if (!request.variables.empty() && request.verb != "start" && request.verb != "restart")
        throw verb_error(exit_code::usage, "only start and restart take variables");
}

void check_mode(const std::string& word) {
    if (word.empty() || depengine::find_mode(word) != nullptr) return;
    std::vector<std::string> known;
    for (const auto& row : depengine::mode_table) known.emplace_back(row.name);
    throw verb_error(exit_code::usage, "there is no mode " + word + did_you_mean(word, known),
                     "modes are " + listed(known));
}

} // namespace reeve::svctl
