#include "tools/svctl/program_search.hpp"

#include "chainload/exec_search.hpp"
#include "tools/svctl/output.hpp"
#include "tools/svctl/shell_quote.hpp"

#include <cstdlib>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace reeve::svctl {

namespace {
bool is_program(const char* path) {
    struct stat info {};
    return ::stat(path, &info) == 0 && S_ISREG(info.st_mode) && ::access(path, X_OK) == 0;
}
} // namespace

std::string find_in_path(const std::string& name) {
    std::string found;
    auto visit = [](void* to, const char* path) {
        if (!is_program(path)) return false;
        *static_cast<std::string*>(to) = path;
        return true;
    };
    chainload::search_program(name.c_str(), std::getenv("PATH"), visit, &found);
    return found;
}

std::string find_beside_svctl(const std::string& name) {
    std::error_code failed;
    auto self = std::filesystem::read_symlink("/proc/self/exe", failed);
    if (failed) return {};
    std::string path = self.parent_path() / name;
    return is_program(path.c_str()) ? path : std::string{};
}

std::string logger_script() {
    std::string multilog = "multilog";
    if (find_in_path(multilog).empty()) {
        std::string beside = find_beside_svctl(multilog);
        if (beside.empty())
            warn("there is no multilog in $PATH: the logger will not start before there is one");
        else
            multilog = beside;
    }
    return "#!/bin/sh\nexec " + shell_quote(multilog) + " t ./main\n";
}

} // namespace reeve::svctl
