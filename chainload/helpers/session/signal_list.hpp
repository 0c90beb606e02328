// Lists of signals as helpers are told them: "HUP,PIPE,15", or "all".
#pragma once

#include "chainload/signals.hpp"

namespace reeve::chainload {

// Calls act(signal, was_named) for each signal of the list; with "all" for each but KILL and STOP, was_named false.
// False, and act is not called any more: a word is no signal, or act has returned false.
template <class Act>
bool for_each_signal(std::string_view list, Act&& act) {
    if (list == "all") {
        for (int signal = 1; signal <= highest_signal; ++signal)
            if (signal != SIGKILL && signal != SIGSTOP && !act(signal, false)) return false;
        return true;
    }
    for (;;) {
        std::size_t comma = list.find(',');
        auto signal = parse_signal(list.substr(0, comma));
        if (!signal || !act(*signal, true)) return false;
        if (comma == std::string_view::npos) return true;
        list.remove_prefix(comma + 1);
    }
}

} // namespace reeve::chainload
