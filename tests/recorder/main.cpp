// recorder: the interpreter of the black-box tests' services. A script's first line is "#!PATH/recorder"; each
// other line is one action (README.md), and all that happens is appended to the file `events` (events.hpp).
// So a service that behaves in some exact way is a few lines in a test, and starts as fast as a program can.
//
// `child {` … `}` is run by a child, `daemon {` … `}` by a grandchild in its own session, as a daemon that
// forks itself into the background does; the parent goes on after the block. Blocks do not nest.
#include "tests/recorder/actions.hpp"
#include "tests/recorder/events.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace reeve::recorder;

namespace {
constexpr std::size_t most_lines = 200;
constexpr std::size_t longest_script = 16384;
constexpr int bad_script = 100;

// Every line keeps one copy of its text for `rest` and one that is cut into words.
char script[longest_script], uncut[longest_script];
std::array<line, most_lines> lines;
std::size_t line_count = 0;

bool read_script(const char* path) {
    int fd = ::open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    ssize_t got = ::read(fd, script, sizeof script - 1);
    ::close(fd);
    if (got < 0) return false;
    std::memcpy(uncut, script, sizeof script);
    std::size_t size = static_cast<std::size_t>(got);
    for (std::size_t at = 0; at < size && line_count < most_lines;) {
        const void* newline = std::memchr(script + at, '\n', size - at);
        std::size_t end =
            newline == nullptr ? size : static_cast<std::size_t>(static_cast<const char*>(newline) - script);
        script[end] = uncut[end] = '\0';
        line entry;
        for (char* word = script + at; entry.count < most_words;) {
            word += std::strspn(word, " ");
            if (*word == '\0' || *word == '#') break;
            entry.words[entry.count++] = word;
            word += std::strcspn(word, " ");
            if (*word != '\0') *word++ = '\0';
        }
        if (entry.count > 1) entry.rest = uncut + (entry.words[1] - script);
        if (entry.count > 0) lines[line_count++] = entry;
        at = end + 1;
    }
    return true;
}

std::size_t end_of_block(std::size_t from) {
    while (from < line_count && std::strcmp(lines[from].words[0], "}") != 0) ++from;
    return from;
}

// True in the process that runs the block. The parent goes on once that process has recorded `forked`.
bool enters_block(bool daemon) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return false;
    pid_t child = ::fork();
    if (child != 0) {
        ::close(ends[1]);
        char byte;
        while (::read(ends[0], &byte, 1) < 0 && errno == EINTR) {
        }
        ::close(ends[0]);
        if (daemon && child > 0) ::waitpid(child, nullptr, 0);
        return false;
    }
    if (daemon) {
        ::setsid();
        if (::fork() != 0) ::_exit(0);
    }
    record("forked");
    ::close(ends[0]);
    ::close(ends[1]);
    return true;
}
} // namespace

int main(int argc, char** argv) {
    if (argc < 2 || !open_record(argv[1]) || !read_script(argv[1])) {
        std::fputs("usage: recorder SCRIPT ARGUMENTS… (in a directory that can be written)\n", stderr);
        return bad_script;
    }
    remember_arguments(argc - 1, argv + 1);
    record("start");
    bool in_block = false;
    for (std::size_t at = 0; at < line_count; ++at) {
        std::string_view first = lines[at].words[0];
        if (first == "}") {
            if (in_block) ::_exit(0);
        } else if (first == "child" || first == "daemon") {
            if (enters_block(first == "daemon"))
                in_block = true;
            else
                at = end_of_block(at);
        } else {
            outcome what = act(lines[at]);
            if (what == outcome::bad) {
                record("bad-line", lines[at].words[0], lines[at].rest);
                return bad_script;
            }
            if (what == outcome::skip_next) ++at;
        }
    }
    record("exit", "0");
    return 0;
}
