// Who runs it: the helpers of chainload-rights(1).
#pragma once

#include "chainload/helpers/helper.hpp"

namespace reeve::chainload {

next run_setuidgid(char** arguments, process& self);
next run_envuidgid(char** arguments, process& self);
next run_applyuidgid(char** arguments, process& self);
next run_keepgroups(char** arguments, process& self);
next run_setpriv_caps(char** arguments, process& self);
next run_no_new_privs(char** arguments, process& self);
next run_chpst(char** arguments, process& self);

// clang-format off
inline constexpr helper rights_helpers[] = {
    {"setuidgid", run_setuidgid, "account child", "run with the rights of an account", usage_error, system_error},
    {"envuidgid", run_envuidgid, "account child", "put an account's ids into UID and GID", usage_error, system_error},
    {"applyuidgid", run_applyuidgid, "[-z] [-u UID] [-g GID] [-G GIDLIST] [-U] PROGRAM ...", "take the ids that are in UID, GID and GIDLIST"},
    {"keepgroups", run_keepgroups, "ACCOUNT PROGRAM ...", "run with the rights of an account and all its groups"},
    {"setpriv-caps", run_setpriv_caps, "[-b LIST] [-i LIST] [-a LIST] [-p LIST] [-s LIST] PROGRAM ...", "change capabilities and securebits"},
    {"no-new-privs", run_no_new_privs, "PROGRAM ...", "let no exec give rights from here on"},
    {"chpst", run_chpst,
     "[-vVP012] [-u user[:group]] [-U user[:group]] [-b argv0] [-e dir] [-/ root] [-n nice] [-l|-L lock] [-m n] [-d n] "
     "[-o n] [-p n] [-f n] [-c n] [-r n] [-t n] prog",
     "what runit's program of that name changes", usage_error, system_error},
};
// clang-format on

} // namespace reeve::chainload
