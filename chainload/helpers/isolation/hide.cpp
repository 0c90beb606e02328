// hide [-i] PATH:… PROGRAM …: what is at the paths is out of sight for PROGRAM. A directory is an empty one, of mode 000
// and read-only; anything else can be opened by nobody, root included.
//
// -i passes over a path that is not there. Paths are resolved as mount does: symbolic links are followed.
#include "chainload/file.hpp"
#include "chainload/helpers/isolation/helpers.hpp"
#include "chainload/helpers/isolation/listed_paths.hpp"
#include "chainload/helpers/isolation/mount_namespace.hpp"
#include "chainload/helpers/isolation/namespace_kinds.hpp"
#include "chainload/helpers/isolation/resolved_path.hpp"
#include "chainload/option_reader.hpp"

#include <sys/stat.h>

namespace reeve::chainload {

namespace {
constexpr char step[] = "hide ";
constexpr unsigned long shut = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;

result<void> hide_directory(const char* path) {
    if (::mount("tmpfs", path, "tmpfs", shut, "mode=000,size=4k,nr_inodes=1") < 0) return failed(step);
    return {};
}

// A device on a file system without devices cannot be opened, whoever tries: so /dev/null serves.
result<void> hide_file(const char* path) {
    struct stat device;
    if (::stat("/dev/null", &device) < 0) return failed("find /dev/null to hide ");
    if (!S_ISCHR(device.st_mode)) return failure{ENODEV, "use /dev/null to hide "};
    if (::mount("/dev/null", path, nullptr, MS_BIND, nullptr) < 0) return failed(step);
    if (::mount(nullptr, path, nullptr, MS_BIND | MS_REMOUNT | shut, nullptr) < 0) return failed(step);
    return {};
}

result<void> hide_path(const char* path, bool may_be_absent) {
    auto name = resolve_path(path, step);
    if (!name) return may_be_absent && name.why().error == ENOENT ? result<void>{} : name.why();
    // What is mounted over the root directory is not seen by those who are in it.
    if (name->view() == "/") return failure{EBUSY, step};
    struct stat about;
    if (::stat(name->c_str(), &about) < 0) return failed(step);
    return S_ISDIR(about.st_mode) ? hide_directory(name->c_str()) : hide_file(name->c_str());
}
} // namespace

next run_hide(char** arguments, process& self) {
    bool may_be_absent = false;
    option_reader options(arguments, "i");
    while (char option = options.next()) {
        if (option == option_reader::problem) return self.wrong_usage(options.complaint().view());
        may_be_absent = true;
    }
    char** rest = options.rest();
    if (rest[0] == nullptr || rest[1] == nullptr || lists_nothing(rest[0])) return self.wrong_usage();
    working_directory here;
    if (auto entered = enter_mount_namespace(); !entered)
        return unable_to_isolate(self, entered.why(), hint_about(entered.why().error));
    char* list = rest[0];
    while (const char* path = next_listed_path(list))
        if (auto hidden = hide_path(path, may_be_absent); !hidden)
            return unable_to_isolate(self, hidden.why(), {}, path);
    if (auto entered = here.enter_again(); !entered) return unable_to_isolate(self, entered.why(), {});
    return self.go_on(rest + 1);
}

} // namespace reeve::chainload
