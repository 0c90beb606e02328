// floor KIND TIMES [DIRECTORY]: the system calls that a link of a chain cannot do without, and nothing else. Prints the
// microseconds that one turn takes, mean of TIMES.
//   envdir     all files of DIRECTORY opened, read, closed
//   setuidgid  /etc/passwd read; groups, group and user set and read back
//   softlimit  one limit read and set
//   find       the next program looked for: what a link does besides, whatever it changes
#include "tests/bench/record.hpp"

#include <cstdio>
#include <dirent.h>
#include <string_view>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace {
char buffer[4096];

void read_file(int base, const char* name) {
    int file = ::openat(base, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    [[maybe_unused]] ssize_t got = ::read(file, buffer, sizeof buffer);
    ::close(file);
}

void envdir(const char* directory) {
    alignas(8) static char entries[4096];
    int fd = ::open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (long got; (got = ::syscall(SYS_getdents64, fd, entries, sizeof entries)) > 0;)
        for (long at = 0; at < got;) { // struct linux_dirent64 of getdents(2)
            const char* entry = entries + at;
            if (entry[19] != '.') read_file(fd, entry + 19);
            at += static_cast<unsigned char>(entry[16]) + (static_cast<unsigned char>(entry[17]) << 8);
        }
    ::close(fd);
}

void setuidgid(const char*) {
    read_file(AT_FDCWD, "/etc/passwd");
    gid_t groups[64] = {::getgid()};
    uid_t ids[3] = {::getuid()};
    ::syscall(SYS_setgroups, 1L, groups);
    ::syscall(SYS_setresgid, groups[0], groups[0], groups[0]);
    ::syscall(SYS_setresuid, ids[0], ids[0], ids[0]);
    ::syscall(SYS_getgroups, 64L, groups);
    ::syscall(SYS_getresgid, ids, ids + 1, ids + 2);
    ::syscall(SYS_getresuid, ids, ids + 1, ids + 2);
}

void softlimit(const char*) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

void find(const char*) {
    struct stat found {};
    ::stat("/proc/self/exe", &found);
}

struct kind {
    std::string_view name;
    void (*turn)(const char* argument);
};
constexpr kind kinds[] = {
    {"envdir", envdir}, {"setuidgid", setuidgid}, {"softlimit", softlimit}, {"find", find}};
} // namespace

int main(int count, char** words) {
    if (count < 3) return 100;
    int times = std::atoi(words[2]);
    for (const kind& one : kinds) {
        if (one.name != words[1] || times <= 0) continue;
        std::int64_t begin = reeve::bench::monotonic_ns();
        for (int turn = 0; turn < times; ++turn) one.turn(count > 3 ? words[3] : words[0]);
        std::int64_t took = reeve::bench::monotonic_ns() - begin;
        std::printf("%lld.%03lld\n", static_cast<long long>(took / times / 1000),
                    static_cast<long long>(took / times % 1000));
        return 0;
    }
    return 100;
}
