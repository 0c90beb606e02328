#include "tools/svctl/end_words.hpp"

#include "chainload/signals.hpp"
#include "tools/svctl/duration_words.hpp"

#include <array>
#include <sys/wait.h>

namespace reeve::svctl {

namespace {
std::string plain_end(std::uint32_t wait_status) {
    int status = static_cast<int>(wait_status);
    if (WIFEXITED(status)) return "exit " + std::to_string(WEXITSTATUS(status));
    if (!WIFSIGNALED(status)) return "unknown";
    std::string_view name = chainload::signal_name(WTERMSIG(status));
    std::string text = "signal ";
    if (name.empty())
        text += std::to_string(WTERMSIG(status));
    else
        text += name;
    return WCOREDUMP(status) ? text + " (core)" : text;
}
} // namespace

std::string end_words(supervise::cause cause, std::uint32_t wait_status) {
    switch (cause) {
    case supervise::cause::none: return {};
    case supervise::cause::exited:
    case supervise::cause::killed:
    case supervise::cause::dumped: return plain_end(wait_status);
    case supervise::cause::failed: return "start failed";
    default: return std::string(supervise::name_of(cause));
    }
}

std::string end_words_in_full(supervise::cause cause, std::uint32_t wait_status) {
    std::string text = end_words(cause, wait_status);
    bool brought_about = cause == supervise::cause::timeout || cause == supervise::cause::watchdog ||
                         cause == supervise::cause::health;
    return brought_about ? text + " (" + plain_end(wait_status) + ")" : text;
}

std::string memory_words(std::uint64_t bytes) {
    constexpr std::array<const char*, 5> units{"B", "K", "M", "G", "T"};
    std::size_t unit = 0;
    std::uint64_t tenths = bytes * 10;
    for (; tenths >= 10240 && unit + 1 < units.size(); ++unit) tenths = (tenths + 512) / 1024;
    std::string text = std::to_string(tenths / 10);
    if (tenths < 1000 && tenths % 10 != 0) text += "." + std::to_string(tenths % 10);
    return text + units[unit];
}

std::string cpu_words(std::uint64_t milliseconds) {
    if (milliseconds >= 10'000) return duration_words(static_cast<std::int64_t>(milliseconds));
    std::string hundredths = std::to_string(milliseconds / 10 % 100);
    return std::to_string(milliseconds / 1000) + (hundredths.size() < 2 ? ".0" : ".") + hundredths + "s";
}

std::string_view want_word(supervise::want want) {
    switch (want) {
    case supervise::want::up: return "up";
    case supervise::want::down: return "down";
    case supervise::want::once: break;
    }
    return "once";
}

} // namespace reeve::svctl
