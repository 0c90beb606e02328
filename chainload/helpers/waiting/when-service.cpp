// when-service [-a|-o] [-t DURATION] up|ready|down|failed NAME … PROGRAM …: waits until services are what is said, all at
// one time (-a) or one of them (-o). svwait(8) does the waiting, and its exit codes are this one's.
#include "chainload/duration.hpp"
#include "chainload/helpers/waiting/helpers.hpp"
#include "chainload/helpers/waiting/suite_tool.hpp"
#include "chainload/option_reader.hpp"

namespace reeve::chainload {

namespace {
struct service_state {
    std::string_view name;
    const char* option; // of svwait
};
constexpr service_state states[] = {{"up", "-u"}, {"ready", "-U"}, {"down", "-d"}, {"failed", "-f"}};

const service_state* find_state(const char* word) {
    for (const auto& one : states)
        if (word != nullptr && one.name == word) return &one;
    return nullptr;
}
} // namespace

next run_when_service(char** arguments, process& self) {
    const char* limit = nullptr;
    const char* how_many = "-a";
    option_reader options(arguments, "aot:");
    while (char option = options.next()) {
        switch (option) {
        case 'a': how_many = "-a"; break;
        case 'o': how_many = "-o"; break;
        case 't':
            limit = options.value();
            if (parse_duration(limit)) break;
            return self.wrong_usage(
                "when-service: -t takes a duration: 300ms, 5s, 2m, 1h, or a number of seconds\n");
        default: return self.wrong_usage(options.complaint().view());
        }
    }
    char** word = options.rest();
    std::size_t count = 0;
    while (find_state(word[2 * count]) != nullptr)
        if (const char* name = word[2 * count++ + 1]; name == nullptr || *name == '\0' || *name == '-')
            return self.wrong_usage();
    char** rest = word + 2 * count;
    if (*rest != nullptr && *rest == std::string_view("--")) ++rest;
    if (count == 0 || *rest == nullptr) return self.wrong_usage();

    constexpr std::size_t most_others = 5; // svwait -a -t DURATION, and the null pointer
    auto room = self.variables.memory().take((2 * count + most_others) * sizeof(char*));
    if (room == nullptr) return self.out_of_memory();
    auto command = reinterpret_cast<const char**>(room), end = command;
    *end++ = "svwait";
    *end++ = how_many;
    if (limit != nullptr) {
        *end++ = "-t";
        *end++ = limit;
    }
    for (; count > 0; --count, word += 2) {
        *end++ = find_state(word[0])->option;
        *end = service_directory(word[1], self.variables);
        if (*end++ == nullptr) return self.out_of_memory();
    }
    *end = nullptr;
    auto code = run_suite_tool(const_cast<char* const*>(command), self.variables);
    if (!code) return self.unable(code.why().error, code.why().step, " svwait");
    return *code == 0 ? self.go_on(rest) : self.done(*code);
}

} // namespace reeve::chainload
