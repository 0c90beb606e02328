// supervise [-e] [-s STATE_DIR] [-t TREEID] DIR: runs one service. supervise.8 tells what it does; service.hpp how.
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
#include <sys/stat.h>
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
        bool usable = (::fcntl(fd, F_GETFD) >= 0 || errno != EBADF) && !(fd == 0 && ::isatty(0));
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
result<supervise::tree_id> tree_of_this_boot() {
    std::array<char, 64> buffer;
    supervise::tree_id id{};
    auto text = chainload::read_whole_at(AT_FDCWD, "/proc/sys/kernel/random/boot_id", buffer,
                                         "read the id of this boot");
    // Where the machine hides it all boots are one. Where it cannot be read just now, that would be another tree.
    if (!text && text.why().error == ENOENT) return id;
    if (!text) return text.why();
    chainload::text_buffer<40> digits;
    for (char c : *text)
        if (c != '-' && c != '\n') digits.add(c);
    return chainload::parse_hex<16>(digits.view()).value_or(id);
}

using text_room = chainload::text_buffer<3 * PATH_MAX>;

// Adds the working directory, or overflows.
void add_working_directory(text_room& room) {
    room.add_with([](char* at, std::size_t size) { return ::getcwd(at, size) != nullptr; });
}

std::string_view last_component(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

// Builds the texts of the service in the working directory, which `argument` named. It is called what the
// directory is called; a logger "NAME/log".
supervise::service_texts describe_service(std::string_view argument, text_room& room) {
    supervise::service_texts texts;
    auto begin = [&](std::string_view variable) {
        char* at = room.data() + room.view().size();
        room.add(variable).add('=');
        return at;
    };
    auto end = [&](char* at) {
        std::string_view value(at);
        room.add('\0');
        return value.substr(value.find('=') + 1);
    };
    texts.directory = begin("SERVICE_DIR");
    add_working_directory(room);
    texts.path = end(texts.directory);

    while (argument.size() > 1 && argument.ends_with('/')) argument.remove_suffix(1);
    std::string_view name = last_component(argument);
    if (name == "." || name == ".." || name.empty() || argument == "log") argument = texts.path;
    name = last_component(argument);
    texts.name = begin("SERVICE");
    if (name == "log" && name.size() < argument.size())
        room.add(last_component(argument.substr(0, argument.size() - name.size() - 1))).add('/');
    room.add(name);
    texts.service = end(texts.name);

    if (std::string_view instance = supervise::instance_of(texts.service); !instance.empty()) {
        texts.instance = begin("INSTANCE");
        room.add(instance);
        (void)end(texts.instance);
    }
    return texts;
}

struct arguments {
    supervise::service::options options;
    const char* directory = nullptr;
    const char* state_directory = nullptr; // -s
    bool has_tree = false;                 // -t: started by svscan
    bool valid = true;
};

arguments parse(int argc, char** argv) {
    arguments parsed;
    parsed.options.argv = argv;
    for (int option; (option = ::getopt(argc, argv, "+es:t:")) != -1;) {
        if (option == 'e') {
            parsed.options.wait_for_engine = true;
        } else if (option == 's') {
            parsed.state_directory = optarg;
            parsed.valid = parsed.valid && optarg[0] == '/';
        } else if (option == 't') {
            auto id = chainload::parse_hex<16>(optarg);
            parsed.valid = parsed.valid && id;
            if (id) parsed.options.tree = *id;
            parsed.has_tree = true;
        } else {
            parsed.valid = false;
        }
    }
    if (optind + 1 != argc) parsed.valid = false;
    parsed.directory = argv[optind];
    return parsed;
}

// The directory of -s: made if it is missing, and given a supervise/ that is the directory itself. So it looks like
// a service directory to all that reads or writes state there, clients included.
result<chainload::unique_fd> open_state_place(const char* path) {
    constexpr const char* step = "use the state directory";
    if (::mkdir(path, 0711) < 0 && errno != EEXIST) return failed(step);
    auto place = chainload::open_at(AT_FDCWD, path, O_PATH | O_DIRECTORY, 0, step);
    if (place && ::symlinkat(".", place->get(), supervise::path::state) < 0 && errno != EEXIST)
        return failed(step);
    return place;
}

// The path of this program, made absolute because the working directory is about to change.
const char* find_own_path(text_room& room) {
    const char* self = reinterpret_cast<const char*>(::getauxval(AT_EXECFN));
    if (self[0] == '/') return self;
    const char* at = room.data() + room.view().size();
    add_working_directory(room);
    room.add('/').add(self).add('\0');
    return at;
}

// All lasting memory of a supervise, in static storage, where a page costs nothing before it is touched. What every
// one uses comes first and lies close together: it fits the page of the program's own data. Its size is a whole
// number of pages, so that the C library's few variables, which the linker puts behind it, do not straddle two.
// Members' lives begin where they are constructed.
constexpr std::size_t page = 4096;

union storage {
    constexpr storage()
        : nothing{} {}
    char nothing;
    struct parts {
        alignas(supervise::service) std::byte service[sizeof(supervise::service)];
        text_room texts;
        supervise::seldom_used seldom;
    } room;
    std::byte whole_pages[(sizeof(parts) + page - 1) / page * page];
};
} // namespace

int main(int argc, char** argv, char** environ_) {
    chainload::messenger usage("supervise");
    opterr = 0;
    arguments parsed = parse(argc, argv);
    if (!parsed.valid || parsed.directory[0] == '\0') {
        constexpr std::string_view text = "usage: supervise [-e] [-s /STATE_DIR] [-t TREEID] DIR\n";
        [[maybe_unused]] auto written = ::write(STDERR_FILENO, text.data(), text.size());
        return wrong_usage;
    }
    // A full stderr must not stop supervision.
    usage.never_block();
    auto die = [&](const failure& why) {
        chainload::messenger(std::string_view("supervise"), parsed.directory).unable(level::fatal, why);
        return cannot_go_on;
    };

    // svscan's children begin with default dispositions; who else starts us may have ignored some. The sixty calls
    // are a noticeable part of a start.
    if (!parsed.has_tree) chainload::default_all_signals();
    // Here and not in svscan's child: a new session is a new autogroup (sched(7)), which waits for its turn on a busy
    // machine, and svscan would wait with it for the exec, one supervise after the other.
    if (parsed.has_tree) ::setsid();
    chainload::block_all_signals();
    ::syscall(SYS_close_range, 3u, ~0u, 4u /* CLOSE_RANGE_CLOEXEC, Linux 5.11 */);
    if (auto done = provide_standard_descriptors(); !done) return die(done.why());

    if (!parsed.has_tree) {
        auto tree = tree_of_this_boot();
        if (!tree) return die(tree.why());
        parsed.options.tree = *tree;
    }
    std::string_view inherited;
    if (const char* value = ::getenv(supervise::handover_name.data())) inherited = value;
    static storage kept;
    text_room& texts_room = *::new (&kept.room.texts) text_room;
    parsed.options.self = find_own_path(texts_room);
    if (inherited.empty() && ::chdir(parsed.directory) < 0)
        return die(failed("chdir to the service directory"));
    supervise::service_texts texts = describe_service(parsed.directory, texts_room);
    if (texts_room.overflowed()) return die({ENAMETOOLONG, "find the path of the service directory"});
    texts.state_path = texts.path;
    chainload::unique_fd state_place;
    if (parsed.state_directory != nullptr) {
        auto opened = open_state_place(parsed.state_directory);
        if (!opened) return die(opened.why());
        state_place = std::move(*opened);
        parsed.options.state_at = state_place.get();
        texts.state_path = parsed.state_directory;
    }
    parsed.options.is_logger = texts.service.ends_with("/log");

    std::size_t inherited_count = 0;
    while (environ_[inherited_count] != nullptr) ++inherited_count;
    std::size_t slots = supervise::environment::slots_for(inherited_count);
    supervise::environment variables({static_cast<char**>(alloca(slots * sizeof(char*))), slots}, environ_);
    for (char* text : {texts.directory, texts.name, texts.instance})
        if (text != nullptr) variables.set_for_all(text);

    chainload::messenger log("supervise", texts.service);
    log.never_block();
    auto* service =
        ::new (kept.room.service) supervise::service(parsed.options, texts, kept.room.seldom, variables, log);
    if (auto opened = service->open(inherited); !opened) {
        log.unable(level::fatal, opened.why());
        return cannot_go_on;
    }
    return service->run();
}
