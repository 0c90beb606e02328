// read-only [-i] [-w PATH:…] PATH:… PROGRAM …: PROGRAM can change nothing at or below the paths, but for those of -w,
// which stay as they are. -i passes over a path that is not there. Symbolic links are followed, as mount does.
#include "chainload/helpers/isolation/frozen_trees.hpp"
#include "chainload/helpers/isolation/helpers.hpp"
#include "chainload/helpers/isolation/listed_paths.hpp"
#include "chainload/helpers/isolation/mount_namespace.hpp"
#include "chainload/helpers/isolation/namespace_kinds.hpp"
#include "chainload/option_reader.hpp"

namespace reeve::chainload {

next run_read_only(char** arguments, process& self) {
    frozen_trees trees;
    char nothing[] = "";
    char* writable = nothing;
    option_reader options(arguments, "iw:");
    while (char option = options.next()) {
        switch (option) {
        case 'i': trees.may_be_absent(); break;
        case 'w': writable = const_cast<char*>(options.value()); break;
        default: return self.wrong_usage(options.complaint().view());
        }
    }
    char** rest = options.rest();
    if (rest[0] == nullptr || rest[1] == nullptr || lists_nothing(rest[0])) return self.wrong_usage();
    working_directory here;
    if (auto entered = enter_mount_namespace(); !entered)
        return unable_to_isolate(self, entered.why(), hint_about(entered.why().error));
    const char* path = nullptr;
    result<void> done;
    while (done && (path = next_listed_path(writable)) != nullptr) done = trees.spare(path);
    char* list = rest[0];
    while (done && (path = next_listed_path(list)) != nullptr)
        done = trees.freeze(path, self.variables.memory());
    if (!done) return unable_to_isolate(self, done.why(), {}, " ", path);
    if (done = trees.put_back_spared(); !done) return unable_to_isolate(self, done.why(), {});
    if (auto entered = here.enter_again(); !entered) return unable_to_isolate(self, entered.why(), {});
    return self.go_on(rest + 1);
}

} // namespace reeve::chainload
