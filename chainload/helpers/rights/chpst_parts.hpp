// What chpst is made of: the helpers behind its options.
#pragma once

#include "chainload/helpers/descriptors/helpers.hpp"
#include "chainload/helpers/environment/helpers.hpp"
#include "chainload/helpers/limits/helpers.hpp"
#include "chainload/helpers/place/helpers.hpp"
#include "chainload/helpers/rights/helpers.hpp"
#include "chainload/helpers/session/helpers.hpp"

#include <array>

namespace reeve::chainload {

struct chpst_part {
    char letter;
    bool takes_value;
    next (*run)(char** arguments, process& self);
    const char* word; // what stands before the value
};
// In the order in which they are done.
inline constexpr auto chpst_parts = std::to_array<chpst_part>({
    {'P', false, run_pgrphack, nullptr}, {'e', true, run_envdir, nullptr},
    {'/', true, run_chroot, "--"},       {'n', true, run_nice, "-n"},
    {'U', true, run_envuidgid, nullptr}, {'u', true, run_setuidgid, nullptr},
    {'l', true, run_setlock, "-N"},      {'L', true, run_setlock, "-n"},
    {'0', false, run_fdclose, "0"},      {'1', false, run_fdclose, "1"},
    {'2', false, run_fdclose, "2"},      {'m', true, run_softlimit, "-m"},
    {'d', true, run_softlimit, "-d"},    {'o', true, run_softlimit, "-o"},
    {'p', true, run_softlimit, "-p"},    {'f', true, run_softlimit, "-f"},
    {'c', true, run_softlimit, "-c"},    {'r', true, run_softlimit, "-r"},
    {'t', true, run_softlimit, "-t"},
});
inline constexpr std::string_view chpst_letters = "Pe:/:n:U:u:l:L:012m:d:o:p:f:c:r:t:b:vV";

constexpr std::size_t index_of(char letter) {
    std::size_t index = 0;
    while (chpst_parts[index].letter != letter) ++index;
    return index;
}

} // namespace reeve::chainload
