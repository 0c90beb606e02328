#include "tests/recorder/events.hpp"

#include "chainload/clock.hpp"
#include "chainload/text.hpp"

#include <ctime>
#include <fcntl.h>
#include <unistd.h>

namespace reeve::recorder {

namespace {
constexpr int out_of_the_way = 200;
int record_fd = -1;
std::string_view script_name;
} // namespace

bool open_record(std::string_view script) {
    script_name = script.substr(script.rfind('/') + 1);
    int fd = ::open("events", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0) return false;
    record_fd = ::fcntl(fd, F_DUPFD_CLOEXEC, out_of_the_way);
    ::close(fd);
    return record_fd >= 0;
}

void record(std::string_view event, std::string_view rest, std::string_view more, std::string_view last) {
    timespec now = chainload::read_clock(CLOCK_MONOTONIC);
    chainload::text_buffer<4096> line(static_cast<long long>(now.tv_sec) * 1'000'000'000 + now.tv_nsec, ' ',
                                      ::getpid(), ' ', script_name, ' ', event);
    for (std::string_view part : {rest, more, last})
        if (!part.empty()) line.add(' ').add(part);
    line.add('\n');
    [[maybe_unused]] auto written = ::write(record_fd, line.view().data(), line.view().size());
}

} // namespace reeve::recorder
