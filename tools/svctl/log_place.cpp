#include "tools/svctl/log_place.hpp"

#include "chainload/file.hpp"

#include <array>

namespace reeve::svctl {

namespace {
constexpr std::string_view catch_all_name = ".svscan";

// The words of a script that are paths: what begins with "/" or "./".
std::vector<std::string> paths_in_script(const scan_directory& tree, const std::string& script,
                                         const std::string& at) {
    std::vector<std::string> paths;
    std::array<char, 16384> buffer;
    auto text = chainload::read_whole_at(tree.fd(), script.c_str(), buffer);
    if (!text) return paths;
    constexpr std::string_view ends = " \t\n\"';&|()";
    for (std::size_t from = text->find_first_not_of(ends); from != std::string_view::npos;) {
        std::size_t end = std::min(text->find_first_of(ends, from), text->size());
        std::string word(text->substr(from, end - from));
        if (word.starts_with("/")) paths.push_back(word);
        if (word.starts_with("./")) paths.push_back(at + word.substr(1));
        from = text->find_first_not_of(ends, end);
    }
    return paths;
}

std::vector<std::string> directories_of_logger(const scan_directory& tree, const std::string& logger) {
    std::string main = logger + "/main";
    if (is_directory(tree.fd(), main.c_str())) return {main};
    std::vector<std::string> found;
    for (const std::string& entry :
         list_directory(tree.fd(), logger.c_str()).value_or(std::vector<std::string>{}))
        if (holds_current(tree.fd(), logger + "/" + entry)) found.push_back(logger + "/" + entry);
    if (found.empty() && holds_current(tree.fd(), logger)) found.push_back(logger);
    if (found.empty())
        for (const std::string& path : paths_in_script(tree, logger + "/run", logger))
            if (holds_current(tree.fd(), path)) found.push_back(path);
    return found;
}

std::vector<log_place> places(const scan_directory& tree, std::string_view service,
                              const std::string& logger) {
    std::vector<log_place> found;
    for (std::string& directory : directories_of_logger(tree, logger))
        found.push_back({std::string(service), std::move(directory)});
    return found;
}
} // namespace

bool holds_current(int dir, const std::string& path) {
    return exists(dir, (path + "/current").c_str());
}

std::vector<log_place> find_logs(const scan_directory& tree, const std::string& name) {
    std::string service = name.ends_with("/log") ? name.substr(0, name.size() - 4) : name;
    std::string logger = service + "/log";
    if (service != catch_all_name && is_directory(tree.fd(), logger.c_str()))
        return places(tree, service, logger);
    return places(tree, catch_all_name, std::string(catch_all_logger));
}

std::vector<log_place> find_all_logs(const scan_directory& tree) {
    std::vector<log_place> all = places(tree, catch_all_name, std::string(catch_all_logger));
    for (const std::string& service : tree.services()) {
        std::string logger = service + "/log";
        if (!is_directory(tree.fd(), logger.c_str())) continue;
        for (log_place& place : places(tree, service, logger)) all.push_back(std::move(place));
    }
    return all;
}

} // namespace reeve::svctl
