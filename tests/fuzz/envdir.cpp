// Any bytes as a file of an envdir, "NAME/CONTENT": the value is what a plain reading of daemontools' rules gives, and
// what the strict way takes means the same as it says.
#include "chainload/helpers/environment/variable_file.hpp"

#include "tests/fuzz/targets.hpp"

#include <string>

namespace reeve::tests {

namespace {
std::string expected_value(std::string_view content) {
    std::string value;
    for (char c : content) {
        if (c == '\n') break;
        value += c;
    }
    while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.pop_back();
    for (char& c : value)
        if (c == '\0') c = '\n';
    return value;
}
} // namespace

void fuzz_envdir(std::string_view input) {
    std::string_view name = input.substr(0, input.find('/'));
    std::string_view content = input.substr(name.size() < input.size() ? name.size() + 1 : name.size());
    auto complaint = chainload::strict_complaint(name, content);
    std::string bytes(content);
    std::string_view value = chainload::variable_value(bytes);
    must_hold(value == expected_value(content), "the value is daemontools'");
    must_hold(value.find('\0') == std::string_view::npos, "a value has no NUL");
    must_hold(std::string_view(bytes).substr(value.size()) == content.substr(value.size()),
              "what is not the value is left alone");
    if (!complaint.empty() || content.empty()) return;
    must_hold(name.find('=') == std::string_view::npos, "a strict name has no =");
    must_hold(value == content || std::string(value) + '\n' == content, "a strict file is its value");
}

} // namespace reeve::tests
