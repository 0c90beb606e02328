#include "tests/survival/evidence.hpp"

#include "chainload/clock.hpp"
#include "chainload/process.hpp"
#include "chainload/text.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace reeve::survivor {

namespace {
using chainload::text_buffer;

constexpr int out_of_the_way = 200;
int evidence_at = AT_FDCWD;
std::string_view own_role;
text_buffer<64> own_id;

// Locks of the open file (fcntl(2), F_OFD_SETLK): children share it, and others can ask who has it without taking it.
struct flock whole_file() {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    return lock;
}

long long monotonic_ns() {
    timespec now = chainload::read_clock(CLOCK_MONOTONIC);
    return static_cast<long long>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

// Descriptors stay clear of the small numbers that a service is given.
int open_apart(const char* path, int flags) {
    int low = ::openat(evidence_at, path, flags | O_CREAT | O_CLOEXEC, 0644);
    if (low < 0) return low;
    int fd = ::fcntl(low, F_DUPFD_CLOEXEC, out_of_the_way);
    ::close(low);
    return fd;
}

bool append(const char* path, std::string_view line) {
    int fd = open_apart(path, O_WRONLY | O_APPEND);
    bool written = ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
    ::close(fd);
    return written;
}
} // namespace

bool keep_evidence_in(const char* directory) {
    ::mkdir(directory, 0755);
    int low = ::open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    evidence_at = ::fcntl(low, F_DUPFD_CLOEXEC, out_of_the_way);
    ::close(low);
    return evidence_at >= 0;
}

bool take_token(std::string_view role) {
    own_role = role;
    text_buffer<64> path("token.", role);
    int fd = open_apart(path.c_str(), O_RDWR);
    if (fd < 0) return false;
    struct flock lock = whole_file();
    if (::fcntl(fd, F_OFD_SETLK, &lock) == 0) return true;
    text_buffer<128> line(role, ' ', ::getpid(),
                          errno == EAGAIN ? " finds the token taken\n" : " cannot lock\n");
    return append("violations", line.view());
}

bool note_start(std::string_view role) {
    own_role = role;
    long long moment = monotonic_ns();
    auto self = chainload::read_process_stat(0);
    own_id.clear();
    own_id.add(::getpid()).add('.').add(moment);
    text_buffer<160> line("start ", role, ' ', ::getpid(), ' ', self ? self->start : 0, ' ', moment, '\n');
    return append("journal", line.view());
}

void note_end(int code) {
    text_buffer<128> line("end ", own_role, ' ', ::getpid(), ' ', code, ' ', monotonic_ns(), '\n');
    (void)append("journal", line.view());
}

void note(std::string_view what) {
    text_buffer<128> line(what, ' ', own_role, ' ', ::getpid(), ' ', monotonic_ns(), '\n');
    (void)append("journal", line.view());
}

void must_not_live(std::string_view other, std::string_view while_this) {
    constexpr std::string_view roles[] = {"run", "daemon", "start"};
    for (std::string_view role : roles) {
        text_buffer<192> path("../", other, "/token.", role);
        int fd = ::openat(evidence_at, path.c_str(), O_RDWR | O_CLOEXEC);
        if (fd < 0) continue;
        struct flock lock = whole_file();
        bool held = ::fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
        ::close(fd);
        if (!held) continue;
        text_buffer<256> line(own_role, ' ', ::getpid(), ' ', while_this, " while ", other, " lives: ", role,
                              ' ', monotonic_ns(), '\n');
        (void)append("violations", line.view());
    }
}

volatile std::uint64_t* open_count() {
    ::mkdirat(evidence_at, "sent", 0755);
    text_buffer<96> path("sent/", own_id.view());
    int fd = open_apart(path.c_str(), O_RDWR);
    if (fd < 0 || ::ftruncate(fd, sizeof(std::uint64_t)) < 0) return nullptr;
    void* place = ::mmap(nullptr, sizeof(std::uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ::close(fd);
    return place == MAP_FAILED ? nullptr : static_cast<volatile std::uint64_t*>(place);
}

std::string_view run_id() {
    return own_id.view();
}

} // namespace reeve::survivor
