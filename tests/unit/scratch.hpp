// A temporary directory of one test, gone at its end, with short ways to fill it.
#pragma once

#include "chainload/file.hpp"

#include <filesystem>
#include <fstream>
#include <string>

namespace reeve::tests {

class scratch {
public:
    scratch() {
        std::string name = (std::filesystem::temp_directory_path() / "reeve-unit-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
        root_ = name;
        fd_.reset(::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }
    ~scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(root_, ignored);
    }
    scratch(const scratch&) = delete;
    scratch& operator=(const scratch&) = delete;

    int fd() const { return fd_.get(); }
    std::string path(const std::string& name = {}) const {
        return name.empty() ? root_ : (root_ + "/" + name);
    }
    void write(const std::string& name, std::string_view content = {}) const {
        std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
        std::ofstream(path(name), std::ios::binary | std::ios::trunc)
            .write(content.data(), std::ssize(content));
    }
    void script(const std::string& name, std::string_view content) const {
        write(name, content);
        std::filesystem::permissions(path(name), std::filesystem::perms::owner_all);
    }
    void make_directory(const std::string& name) const { std::filesystem::create_directories(path(name)); }
    void remove(const std::string& name) const { std::filesystem::remove_all(path(name)); }
    std::string read(const std::string& name) const {
        std::ifstream in(path(name), std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

private:
    std::string root_;
    chainload::unique_fd fd_;
};

} // namespace reeve::tests
