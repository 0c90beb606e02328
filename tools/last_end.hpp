// How a main process ended, in words: "exited with code 1", "killed by signal SEGV, core dumped".
#pragma once

#include "chainload/signals.hpp"
#include "chainload/text.hpp"
#include "supervise/phase.hpp"

#include <cstdint>
#include <sys/wait.h>

namespace reeve::tools {

using end_words = chainload::text_buffer<128>;

// A wait status, as waitpid reports it.
inline end_words describe_wait_status(std::uint32_t wait_status) {
    int status = static_cast<int>(wait_status);
    if (WIFEXITED(status)) return end_words("exited with code ", WEXITSTATUS(status));
    int signal = WTERMSIG(status);
    end_words words("killed by signal ");
    if (auto name = chainload::signal_name(signal); !name.empty())
        words.add(name);
    else
        words.add(signal);
    if (WCOREDUMP(status)) words.add(", core dumped");
    return words;
}

// Empty for cause::none.
inline end_words describe_end(supervise::cause why, std::uint32_t wait_status) {
    using supervise::cause;
    end_words words;
    auto stopped = [&](std::string_view reason) {
        return words.add(reason).add(": ").add(describe_wait_status(wait_status).view());
    };
    switch (why) {
    case cause::none: return words;
    case cause::exited:
    case cause::killed:
    case cause::dumped: return describe_wait_status(wait_status);
    case cause::timeout: return stopped("not ready in time");
    case cause::watchdog: return stopped("watchdog not fed in time");
    case cause::health: return stopped("health check failed");
    case cause::failed: return words.add("start failed");
    case cause::unknown: return words.add("ended while no supervise saw it");
    }
    return words;
}

} // namespace reeve::tools
