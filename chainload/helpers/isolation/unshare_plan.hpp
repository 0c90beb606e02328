// What unshare is asked to do: its options, those of util-linux's unshare(1) and our list of names.
#pragma once

#include "chainload/helpers/isolation/id_map.hpp"
#include "chainload/text.hpp"

#include <cstdint>
#include <optional>

namespace reeve::chainload {

struct unshare_plan {
    int flags = 0;                         // CLONE_NEW…
    bool fork = false, fork_alone = false; // the latter: as asked for by -f
    bool first_process = false;
    int death_signal = 9;                     // SIGKILL
    std::optional<unsigned long> propagation; // MS_PRIVATE and so on; nothing: unchanged
    const char* proc = nullptr;               // where a new /proc is mounted
    id_map map;
    bool keep_capabilities = false;
    std::optional<uid_t> user; // to become, inside
    std::optional<gid_t> group;
    std::optional<std::int64_t> monotonic, boottime; // seconds

    char** command = nullptr;
    text_buffer<200> complaint; // a command line that is wrong: what, if more than its shape is
};

// False: the command line is wrong.
bool read_unshare_plan(char** arguments, unshare_plan& plan);

} // namespace reeve::chainload
