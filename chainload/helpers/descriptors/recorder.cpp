#include "chainload/helpers/descriptors/recorder.hpp"

#include "chainload/file.hpp"
#include "chainload/text.hpp"

#include <cerrno>
#include <poll.h>

namespace reeve::chainload {

namespace {
// What is read at once, and what a pipe that poll calls writable takes without blocking (PIPE_BUF).
constexpr std::size_t packet_bytes = 4096;
constexpr std::size_t line_bytes = 256; // of the data, in one line

class direction {
public:
    direction(int from, int to, pid_t pid, char mark)
        : from_(from)
        , to_(to)
        , prefix_(pid, ' ', mark, ' ') {}

    bool is_over() const { return from_ < 0; }
    // A packet that is not passed on yet is waited for to be taken, else for the next one.
    pollfd wanted() const {
        if (is_over()) return {-1, 0, 0};
        return left_.empty() ? pollfd{from_, POLLIN, 0} : pollfd{to_, POLLOUT, 0};
    }
    void step() { left_.empty() ? take() : pass_on(); }

private:
    void take() {
        ssize_t got = ::read(from_, packet_.data(), packet_.size());
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
        if (got <= 0) {
            show({}, "[EOF]");
            return end();
        }
        left_ = {packet_.data(), static_cast<std::size_t>(got)};
        for (std::string_view rest = left_; !rest.empty();) {
            std::size_t newline = rest.substr(0, line_bytes).find('\n');
            bool whole = newline != std::string_view::npos;
            show(rest.substr(0, whole ? newline : line_bytes), whole ? " " : "+");
            rest.remove_prefix(whole ? newline + 1 : rest.size() < line_bytes ? rest.size() : line_bytes);
        }
    }

    void pass_on() {
        ssize_t wrote = ::write(to_, left_.data(), left_.size());
        if (wrote >= 0) return left_.remove_prefix(static_cast<std::size_t>(wrote));
        if (errno != EINTR && errno != EAGAIN) end();
    }

    void end() {
        ::close(from_);
        ::close(to_);
        from_ = to_ = -1;
    }

    // One write: lines of both directions, and of others, do not mix.
    void show(std::string_view data, std::string_view ending) {
        text_buffer<line_bytes + 64> line(prefix_.view(), data, ending, '\n');
        (void)write_all(STDERR_FILENO, line.view());
    }

    int from_, to_;
    text_buffer<24> prefix_;
    std::array<char, packet_bytes> packet_;
    std::string_view left_;
};
} // namespace

void run_recorder(int to_program, int from_program, pid_t pid) {
    direction in(STDIN_FILENO, to_program, pid, '<'), out(from_program, STDOUT_FILENO, pid, '>');
    while (!out.is_over()) {
        pollfd wanted[] = {in.wanted(), out.wanted()};
        if (::poll(wanted, 2, -1) < 0 && errno != EINTR) return;
        if (wanted[0].revents != 0) in.step();
        if (wanted[1].revents != 0) out.step();
    }
}

} // namespace reeve::chainload
