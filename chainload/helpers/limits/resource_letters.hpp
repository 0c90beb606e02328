// The resources that daemontools' softlimit has letters for.
#pragma once

#include "chainload/helpers/helper.hpp"
#include "chainload/option_reader.hpp"

#include <sys/resource.h>

namespace reeve::chainload {

struct resource_letter {
    char letter;
    int resource;
};
// -m stands for four.
inline constexpr resource_letter resource_letters[] = {
    {'a', RLIMIT_AS},      {'c', RLIMIT_CORE},   {'d', RLIMIT_DATA},  {'f', RLIMIT_FSIZE},
    {'l', RLIMIT_MEMLOCK}, {'m', RLIMIT_DATA},   {'m', RLIMIT_STACK}, {'m', RLIMIT_MEMLOCK},
    {'m', RLIMIT_AS},      {'o', RLIMIT_NOFILE}, {'p', RLIMIT_NPROC}, {'r', RLIMIT_RSS},
    {'s', RLIMIT_STACK},   {'t', RLIMIT_CPU},
};

// As daemontools reads it: digits, of which there may be none for 0; a number too large to be one is infinity.
bool parse_limit(std::string_view text, rlim_t& limit);

// Goes through the options: change(limit, text) is called for each resource that one names, with its limit as it is,
// and says whether it understood the text. Then runs the rest.
next change_limits(char** arguments, process& self, bool (*change)(rlimit&, std::string_view));

} // namespace reeve::chainload
