// supervise [-e] [-t TREEID] DIR: runs one service. supervise.8 tells what it does; service.hpp how.
#include "chainload/clock.hpp"
#include "chainload/file.hpp"
#include "chainload/hex.hpp"
#include "chainload/signals.hpp"
#include "supervise/layout.hpp"
#include "supervise/service.hpp"

#include <alloca.h>
#include <cstdlib>
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {
using namespace reeve;
using chainload::failed;
using chainload::failure;
using chainload::level;
using chainload::result;

constexpr int wrong_usage = 100, cannot_go_on = 111;

// Descriptors 0 to 2 are always open, so that nothing of ours ends up there; a terminal is no stdin for a service.
result<void> provide_standard_descriptors() {
    for (int fd = 0; fd <= 2; ++fd) {
        bool usable = ::fcntl(fd, F_GETFD) >= 0 && !(fd == 0 && ::isatty(0));
        if (usable) continue;
        int null = ::open("/dev/null", O_RDWR);
        if (null < 0) return failed("open /dev/null");
        if (null != fd) {
            if (::dup2(null, fd) < 0) return failed("open /dev/null");
            ::close(null);
        }
    }
    return {};
}

// The tree of a supervise that no svscan started: this boot of the machine, so that it may adopt what a killed
// predecessor left, but never trusts a record of before the boot.
supervise::tree_id tree_of_this_boot() {
    std::array<char, 64> buffer;
    supervise::tree_id id{};
    auto text = chainload::read_whole_at(AT_FDCWD, "/proc/sys/kernel/random/boot_id", buffer);
    if (!text) return id;
    chainload::text_buffer<40> digits;
    for (char c : *text)
        if (c != '-' && c != '\n') digits.add(c);
    return chainload::parse_hex<16>(digits.view()).value_or(id);
}

std::string_view last_component(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// What the service is called: the directory's name; a logger's is "NAME/log".
void name_service(std::string_view argument, supervise::service_texts& texts) {
    while (argument.size() > 1 && argument.ends_with('/')) argument.remove_suffix(1);
    std::string_view last = last_component(argument);
    if (last == "." || last == ".." || last.empty() || (last == "log" && last.size() == argument.size())) argument = texts.path();
    std::string_view name = last_component(argument);
    texts.name.add("SERVICE=");
    if (name == "log" && name.size() < argument.size()) {
        std::string_view parent = argument.substr(0, argument.size() - name.size() - 1);
        texts.name.add(last_component(parent)).add('/');
    }
    texts.name.add(name);
    texts.instance.add("INSTANCE=").add(supervise::instance_of(texts.service()));
}

struct arguments {
    supervise::service::options options;
    const char* directory = nullptr;
    bool valid = true;
};

arguments parse(int argc, char** argv) {
    arguments parsed;
    parsed.options.argv = argv;
    bool has_tree = false;
    for (int option; (option = ::getopt(argc, argv, "+et:")) != -1;) {
        if (option == 'e') {
            parsed.options.wait_for_engine = true;
        } else if (option == 't') {
            auto id = chainload::parse_hex<16>(optarg);
            parsed.valid = parsed.valid && id;
            if (id) parsed.options.tree = *id;
            has_tree = true;
        } else {
            parsed.valid = false;
        }
    }
    if (optind + 1 != argc) parsed.valid = false;
    parsed.directory = argv[optind];
    if (!has_tree) parsed.options.tree = tree_of_this_boot();
    return parsed;
}

// The path of this program, absolute because the working directory is about to change; empty if unknown.
chainload::text_buffer<PATH_MAX> own_path() {
    chainload::text_buffer<PATH_MAX> path;
    std::string_view self(reinterpret_cast<const char*>(::getauxval(AT_EXECFN)));
    if (!self.starts_with('/') && ::getcwd(path.data(), PATH_MAX) != nullptr) {
        chainload::text_buffer<PATH_MAX> relative(path.c_str(), '/', self);
        return relative;
    }
    return path.add(self);
}
} // namespace

int main(int argc, char** argv, char** environ_) {
    chainload::messenger usage("supervise");
    opterr = 0;
    arguments parsed = parse(argc, argv);
    if (!parsed.valid || parsed.directory[0] == '\0') {
        constexpr std::string_view text = "usage: supervise [-e] [-t TREEID] DIR\n";
        [[maybe_unused]] auto written = ::write(STDERR_FILENO, text.data(), text.size());
        return wrong_usage;
    }
    // A full stderr must not stop supervision.
    usage.never_block();
    auto die = [&](const failure& why) {
        chainload::messenger(std::string_view("supervise"), parsed.directory).unable(level::fatal, why);
        return cannot_go_on;
    };

    chainload::default_all_signals();
    chainload::block_all_signals();
    ::syscall(SYS_close_range, 3u, ~0u, 4u /* CLOSE_RANGE_CLOEXEC, Linux 5.11 */);
    if (auto done = provide_standard_descriptors(); !done) return die(done.why());

    std::string_view inherited;
    if (const char* value = ::getenv(supervise::handover_name.data())) inherited = value;
    chainload::text_buffer<PATH_MAX> self = own_path();
    parsed.options.self = self.c_str();
    if (inherited.empty() && ::chdir(parsed.directory) < 0) return die(failed("chdir to the service directory"));

    static supervise::service_texts texts;
    texts.directory.add("SERVICE_DIR=");
    constexpr std::size_t prefix = std::string_view("SERVICE_DIR=").size();
    {
        char path[PATH_MAX - prefix];
        if (::getcwd(path, sizeof path) == nullptr) return die(failed("find the path of the service directory"));
        texts.directory.add(path);
    }
    name_service(parsed.directory, texts);
    parsed.options.is_logger = texts.service().ends_with("/log");

    std::size_t inherited_count = 0;
    while (environ_[inherited_count] != nullptr) ++inherited_count;
    std::size_t slots = supervise::environment::slots_for(inherited_count);
    auto** slot_memory = static_cast<char**>(alloca(slots * sizeof(char*)));
    supervise::environment variables({slot_memory, slots}, environ_);
    variables.set_for_all(texts.directory.data());
    variables.set_for_all(texts.name.data());
    if (!supervise::instance_of(texts.service()).empty()) variables.set_for_all(texts.instance.data());

    chainload::messenger log("supervise", texts.service());
    log.never_block();
    // In static storage, so that the large and mostly unused parts of it stay unmapped.
    alignas(supervise::service) static std::byte memory[sizeof(supervise::service)];
    auto* service = ::new (memory) supervise::service(parsed.options, texts, variables, log);
    if (auto opened = service->open(inherited); !opened) {
        log.unable(level::fatal, opened.why());
        return cannot_go_on;
    }
    return service->run();
}
