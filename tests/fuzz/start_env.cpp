// Any bytes as a file of supervise/start-env, "NAME/CONTENT", the first byte choosing the room there is for it: either
// there is too little room, or the variable is what envdir makes of the same file.
#include "supervise/start_env.hpp"

#include "chainload/file.hpp"
#include "chainload/helpers/environment/variable_file.hpp"
#include "tests/fuzz/targets.hpp"

#include <array>
#include <filesystem>
#include <string>

namespace reeve::tests {

namespace {
// A service directory, gone at the end of the process.
class service_directory {
public:
    service_directory() {
        std::string name = (std::filesystem::temp_directory_path() / "reeve-fuzz-XXXXXX").string();
        must_hold(::mkdtemp(name.data()) != nullptr, "a directory can be made");
        root_ = name;
        std::filesystem::create_directories(root_ / "supervise");
        fd_.reset(::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }
    ~service_directory() {
        std::error_code ignored;
        std::filesystem::remove_all(root_, ignored);
    }
    service_directory(const service_directory&) = delete;
    service_directory& operator=(const service_directory&) = delete;

    int fd() const { return fd_.get(); }
    void write(const std::string& name, std::string_view content) const {
        std::filesystem::create_directory(root_ / "supervise/start-env");
        std::string path = "supervise/start-env/" + name;
        auto file = chainload::open_at(fd_.get(), path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        must_hold(file && chainload::write_all(file->get(), content), "a file can be written");
    }

private:
    std::filesystem::path root_;
    chainload::unique_fd fd_;
};
} // namespace

void fuzz_start_env(std::string_view input) {
    if (input.size() < 2) return;
    std::size_t room = static_cast<unsigned char>(input[0]);
    input.remove_prefix(1);
    std::size_t slash = std::min(input.find('/'), input.size());
    std::string name(input.substr(0, slash)), content(input.substr(std::min(slash + 1, input.size())));
    if (name.empty() || name.front() == '.' || name.size() > 200 || name.find('\0') != std::string::npos)
        return;

    static const service_directory service;
    service.write(name, content);
    std::array<char, 256> storage;
    storage.fill('#');
    supervise::start_variable variable{};
    auto read = supervise::read_start_env(service.fd(), std::span(storage).first(room), {&variable, 1});
    must_hold(static_cast<bool>(supervise::remove_start_env(service.fd())), "it can be taken away");
    auto gone = supervise::read_start_env(service.fd(), storage, {&variable, 0});
    must_hold(gone && *gone == 0, "and is gone");
    for (std::size_t at = room; at < storage.size(); ++at)
        must_hold(storage[at] == '#', "room is not overrun");
    if (!read) {
        bool too_long = read.why().error == E2BIG && name.size() + 1 + content.size() + 1 > room;
        bool no_name = read.why().error == EINVAL && name.find('=') != std::string::npos;
        must_hold(too_long || no_name, "what fits is read");
        return;
    }
    must_hold(*read == 1, "there is one variable");
    std::string bytes = content;
    std::string value(chainload::variable_value(bytes));
    std::string expected = content.empty() ? name : name + "=" + value;
    must_hold(variable.unset == content.empty() && expected == variable.assignment, "it is what envdir has");
}

} // namespace reeve::tests
