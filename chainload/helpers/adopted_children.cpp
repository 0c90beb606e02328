#include "chainload/helpers/adopted_children.hpp"

#include "chainload/process.hpp"

#include <algorithm>
#include <csignal>
#include <sys/prctl.h>
#include <unistd.h>

namespace reeve::chainload {

result<void> adopted_children::begin_with_all() {
    if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0) return failed("become a reaper");
    return {};
}

result<void> adopted_children::begin() {
    if (auto count = read_children(0, before_)) before_count_ = *count;
    return begin_with_all();
}

std::size_t adopted_children::signal_all(int signal, pid_t told) const {
    std::array<pid_t, most> now;
    auto count = read_children(0, now);
    if (!count) return 0;
    auto before_end = before_.begin() + before_count_;
    std::size_t ours = 0;
    for (pid_t child : std::span(now).first(*count)) {
        if (std::find(before_.begin(), before_end, child) != before_end) continue;
        ++ours;
        if (signal != 0 && (told == 0 || ::getpgid(child) != told)) ::kill(child, signal);
    }
    return ours;
}

} // namespace reeve::chainload
