#include "chainload/helpers/environment/path_list.hpp"

#include <cstring>

namespace reeve::chainload {

next extend_path(char** arguments, process& self, list_end where) {
    if (arguments[1] == nullptr || arguments[2] == nullptr || arguments[3] == nullptr)
        return self.wrong_usage();
    const char* name = arguments[1];
    if (!is_variable_name(name)) return self.wrong_usage();
    std::string_view entry(arguments[2]);
    const char* now = self.variables.get(name);
    std::string_view list(now != nullptr ? now : "");
    if (list.empty())
        return self.variables.set(name, entry) ? self.go_on(arguments + 3) : self.out_of_memory();

    std::string_view first = where == list_end::front ? entry : list,
                     second = where == list_end::front ? list : entry;
    std::size_t size = first.size() + 1 + second.size();
    char* joined = self.variables.memory().take(size);
    if (joined == nullptr) return self.out_of_memory();
    if (!first.empty()) std::memcpy(joined, first.data(), first.size());
    joined[first.size()] = ':';
    if (!second.empty()) std::memcpy(joined + first.size() + 1, second.data(), second.size());
    return self.variables.set(name, {joined, size}) ? self.go_on(arguments + 3) : self.out_of_memory();
}

} // namespace reeve::chainload
