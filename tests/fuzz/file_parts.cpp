// Any bytes as a file of lines or of variables: every part that fits the buffer is seen, once and in order, whatever
// the sizes of the reads are, and nothing is seen after the one that was looked for.
#include "chainload/file_parts.hpp"

#include "tests/fuzz/scratch_file.hpp"
#include "tests/fuzz/targets.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace reeve::tests {

namespace {
constexpr std::size_t longest = 4096;

std::vector<std::string> model(std::string_view text, char ending) {
    std::vector<std::string> parts;
    for (std::size_t end; (end = text.find(ending)) != std::string_view::npos; text.remove_prefix(end + 1))
        parts.emplace_back(text.substr(end / longest * longest, end - end / longest * longest));
    return parts;
}
} // namespace

void fuzz_file_parts(std::string_view input) {
    if (input.size() < 2) return;
    // The first byte chooses the ending, the second a length that is repeated: short inputs make long lines too.
    char ending = input[0] % 2 == 0 ? '\n' : '\0';
    std::string text(static_cast<unsigned char>(input[1]) * std::size_t{33}, 'x');
    text += input.substr(2);
    text += input.substr(2);
    auto expected = model(text, ending);
    scratch_file file(text);
    std::vector<std::string> seen;
    bool found = chainload::find_part(file.fd(), ending, [&](std::string_view part) {
        seen.emplace_back(part);
        return false;
    });
    must_hold(!found && seen == expected, "each part is seen");
    if (expected.empty()) return;
    std::string last = seen.back();
    seen.clear();
    file.rewind();
    found = chainload::find_part(file.fd(), ending, [&](std::string_view part) {
        seen.emplace_back(part);
        return part == last;
    });
    must_hold(found && seen.back() == last && std::count(seen.begin(), seen.end(), last) == 1,
              "what is found ends the search");
}

} // namespace reeve::tests
