// The predicates about the process itself, its environment, and the services around it.
#include "chainload/helpers/deciding/predicates.hpp"
#include "chainload/helpers/rights/account.hpp"
#include "chainload/helpers/waiting/suite_tool.hpp"

#include <cstring>
#include <unistd.h>

namespace reeve::chainload {

namespace {
finding whether(bool truth) {
    return {.is_there = truth};
}

// Nothing: there is no such account or group. What is no name at all would be taken for a list of ids.
result<std::optional<account>> find(std::string_view prefix, const char* name, question& about) {
    text_buffer<256> text(prefix, name);
    if (text.overflowed() || std::strchr(name, ':') != nullptr || *name == '\0')
        return std::optional<account>();
    auto found = find_account(text.view(), about.self.variables.list());
    if (!found && found.why().error == ENOENT) return std::optional<account>();
    if (!found) return found.why();
    return std::optional<account>(*found);
}

// The exit code of a tool for the service.
result<int> ask(std::span<const char*> command, const char* name, question& about, bool silent) {
    const char* directory = service_directory(name, about.self.variables);
    if (directory == nullptr) return failure{ENOMEM, "name"};
    command[command.size() - 2] = directory;
    return run_suite_tool(const_cast<char* const*>(command.data()), about.self.variables, silent);
}
} // namespace

result<finding> look_for_variable(const char* const* words, question& about) {
    const char* value = about.self.variables.get(words[0]);
    if (value == nullptr) return finding{};
    return finding{.is_there = true, .text = value};
}

result<finding> look_for_user(const char* const* words, question& about) {
    auto found = find("", words[0], about);
    if (!found) return found.why();
    return whether(*found && (*found)->user == ::geteuid());
}

result<finding> look_for_group(const char* const* words, question& about) {
    auto found = find(":0:", words[0], about);
    if (!found) return found.why();
    if (!*found || (*found)->group_count == 0) return finding{};
    gid_t wanted = (*found)->groups[0];
    if (wanted == ::getegid()) return whether(true);
    gid_t ours[1024];
    int count = ::getgroups(1024, ours);
    if (count < 0) return failed("get the groups for");
    for (int i = 0; i < count; ++i)
        if (ours[i] == wanted) return whether(true);
    return finding{};
}

result<finding> look_for_uid(const char* const*, question&) {
    return finding{.is_there = true, .number = ::geteuid()};
}

result<finding> look_for_gid(const char* const*, question&) {
    return finding{.is_there = true, .number = ::getegid()};
}

// svup(8) says nothing of a service that is not up, and why if it cannot tell.
result<finding> look_for_up(const char* const* words, question& about) {
    const char* svup[] = {"svup", "-l", nullptr, nullptr};
    auto code = ask(svup, words[0], about, false);
    if (!code) return code.why();
    constexpr int up = 0, not_up = 100;
    if (*code != up && *code != not_up) return failure{0, "tell the state of"};
    return whether(*code == up);
}

result<finding> look_for_ready(const char* const* words, question& about) {
    auto is_up = look_for_up(words, about);
    if (!is_up || !is_up->is_there) return is_up;
    const char* svwait[] = {"svwait", "-U", "-t", "0", nullptr, nullptr};
    auto code = ask(svwait, words[0], about, true);
    if (!code) return code.why();
    return whether(*code == 0);
}

} // namespace reeve::chainload
