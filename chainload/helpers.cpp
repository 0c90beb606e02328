#include "chainload/helpers.hpp"

namespace reeve::chainload {

namespace {
// clang-format off
constexpr helper table[] = {
    {"append-path", run_append_path, "NAME ENTRY PROGRAM ...", "add an entry at the end of a path list", "ENVIRONMENT HELPERS"},
    {"argv0", run_argv0, "PROGRAM NAME [ARGUMENT ...]", "run a program under another name", "SESSION HELPERS"},
    {"cd", run_cd, "DIR PROGRAM ...", "change the directory", "PLACE HELPERS"},
    {"emptyenv", run_emptyenv, "[-p] [-k NAME] ... PROGRAM ...", "remove all variables but the named ones", "ENVIRONMENT HELPERS"},
    {"envdir", run_envdir, "dir child", "set variables from the files of a directory", "ENVIRONMENT HELPERS", system_error, system_error},
    {"envuidgid", run_envuidgid, "account child", "put an account's ids into UID and GID", "RIGHTS HELPERS", usage_error, system_error},
    {"export", run_export, "NAME VALUE PROGRAM ...", "set a variable", "ENVIRONMENT HELPERS"},
    {"fdclose", run_fdclose, "FD PROGRAM ...", "close a descriptor", "DESCRIPTOR HELPERS"},
    {"fdmove", run_fdmove, "[-c] TO FROM PROGRAM ...", "renumber or copy a descriptor", "DESCRIPTOR HELPERS"},
    {"fghack", run_fghack, "child", "wait for a program that goes into the background", "SESSION HELPERS", usage_error, system_error},
    {"nice", run_nice, "[-n INCREMENT] PROGRAM ...", "change the niceness", "LIMIT HELPERS"},
    {"oom-score", run_oom_score, "SCORE PROGRAM ...", "say how soon to end it when memory runs out", "LIMIT HELPERS"},
    {"pgrphack", run_pgrphack, "child", "run in a process group of its own", "SESSION HELPERS", usage_error, system_error},
    {"prepend-path", run_prepend_path, "NAME ENTRY PROGRAM ...", "add an entry at the beginning of a path list", "ENVIRONMENT HELPERS"},
    {"redirfd", run_redirfd, "-r|-w|-u|-a|-x [-n] [-b] FD FILE PROGRAM ...", "open a file as a descriptor", "DESCRIPTOR HELPERS"},
    {"setlock", run_setlock, "[ -nNxX ] [ -t duration ] file program [ arg ... ]", "hold a lock on a file", "DESCRIPTOR HELPERS", usage_error, system_error},
    {"setsid", run_setsid, "PROGRAM ...", "run in a session of its own", "SESSION HELPERS"},
    {"setuidgid", run_setuidgid, "account child", "run with the rights of an account", "RIGHTS HELPERS", usage_error, system_error},
    {"softlimit", run_softlimit,
     "[-a allbytes] [-c corebytes] [-d databytes] [-f filebytes] [-l lockbytes] [-m membytes] [-o openfiles] "
     "[-p processes] [-r residentbytes] [-s stackbytes] [-t cpusecs] child",
     "set soft resource limits", "LIMIT HELPERS", usage_error, system_error},
    {"umask", run_umask, "MASK PROGRAM ...", "set the file mode creation mask", "PLACE HELPERS"},
    {"unexport", run_unexport, "NAME PROGRAM ...", "remove a variable", "ENVIRONMENT HELPERS"},
};
// clang-format on
} // namespace

std::span<const helper> all_helpers() {
    return table;
}

const helper* find_helper(std::string_view name) {
    for (const auto& entry : table)
        if (entry.name == name) return &entry;
    return nullptr;
}

} // namespace reeve::chainload
