// Builds a directory beside its place, under a name that svscan passes over, and moves it there whole: nobody ever
// sees half of it. What is not finished is removed again.
#pragma once

#include "chainload/unique_fd.hpp"

#include <string>
#include <string_view>

namespace reeve::svctl {

class directory_builder {
public:
    // `name` is to appear in `parent`. Throws verb_error (111), as all of these do.
    directory_builder(const std::string& parent, const std::string& name);
    ~directory_builder();
    directory_builder(const directory_builder&) = delete;
    directory_builder& operator=(const directory_builder&) = delete;

    void make_directory(const std::string& path);
    void write_file(const std::string& path, std::string_view content);
    void write_script(const std::string& path, std::string_view content); // executable
    void make_link(const std::string& path, const std::string& target);   // a symbolic link

    // Refuses (2) if something has that name by now.
    void move_into_place();

private:
    void write(const std::string& path, std::string_view content, unsigned mode);

    std::string parent_, name_, temporary_;
    chainload::unique_fd parent_fd_, fd_;
    bool finished_ = false;
};

} // namespace reeve::svctl
