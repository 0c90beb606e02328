#include "tests/survival/evidence.hpp"

#include "chainload/clock.hpp"
#include "chainload/process.hpp"
#include "chainload/text.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace reeve::survivor {

namespace {
using chainload::text_buffer;

constexpr int out_of_the_way = 200;
std::string_view own_role;
text_buffer<64> own_id;

// Descriptors stay clear of the small numbers that a service is given.
int open_apart(const char* path, int flags) {
    int low = ::open(path, flags | O_CREAT | O_CLOEXEC, 0644);
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

bool take_token(std::string_view role) {
    own_role = role;
    text_buffer<64> path("token.", role);
    int fd = open_apart(path.c_str(), O_RDWR);
    if (fd < 0) return false;
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return true;
    text_buffer<128> line(role, ' ', ::getpid(),
                          errno == EWOULDBLOCK ? " finds the token taken\n" : " cannot lock\n");
    return append("violations", line.view());
}

bool note_start(std::string_view role) {
    own_role = role;
    timespec now = chainload::read_clock(CLOCK_MONOTONIC);
    long long moment = static_cast<long long>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
    auto self = chainload::read_process_stat(0);
    own_id.clear();
    own_id.add(::getpid()).add('.').add(moment);
    text_buffer<160> line("start ", role, ' ', ::getpid(), ' ', self ? self->start : 0, ' ', moment, '\n');
    return append("journal", line.view());
}

void note_end(int code) {
    text_buffer<128> line("end ", own_role, ' ', ::getpid(), ' ', code, '\n');
    (void)append("journal", line.view());
}

volatile std::uint64_t* open_count() {
    ::mkdir("sent", 0755);
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
