#include "chainload/helpers/deciding/predicates.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace reeve::chainload {

namespace {
using enum value_kind;

constexpr predicate table[] = {
    {"exists", 1, truth, look_for_any},
    {"file", 1, truth, look_for_type<S_IFREG>},
    {"directory", 1, truth, look_for_type<S_IFDIR>},
    {"dir", 1, truth, look_for_type<S_IFDIR>},
    {"socket", 1, truth, look_for_type<S_IFSOCK>},
    {"fifo", 1, truth, look_for_type<S_IFIFO>},
    {"block-device", 1, truth, look_for_type<S_IFBLK>},
    {"char-device", 1, truth, look_for_type<S_IFCHR>},
    {"symlink", 1, truth, look_for_symlink},
    {"readable", 1, truth, look_for_access<R_OK>},
    {"writable", 1, truth, look_for_access<W_OK>},
    {"executable", 1, truth, look_for_access<X_OK>},
    {"empty", 1, truth, look_for_empty},
    {"newer", 2, truth, look_for_newer},
    {"mounted", 1, truth, look_for_mount},
    {"mount", 1, truth, look_for_mount},
    {"env", 1, text, look_for_variable},
    {"user", 1, truth, look_for_user},
    {"group", 1, truth, look_for_group},
    {"uid", 0, number, look_for_uid},
    {"gid", 0, number, look_for_gid},
    {"up", 1, truth, look_for_up},
    {"ready", 1, truth, look_for_ready},
    {"cmdline", 1, text, look_for_boot_word},
    {"host", 0, text, look_for_host},
    {"arch", 0, text, look_for_machine},
    {"kernel", 0, version, look_for_kernel},
    {"memory", 0, bytes, look_for_memory},
    {"cpus", 0, number, look_for_cpus},
};
} // namespace

const predicate* find_predicate(std::string_view name) {
    for (const auto& one : table)
        if (one.name == name) return &one;
    return nullptr;
}

std::span<const predicate> all_predicates() {
    return table;
}

} // namespace reeve::chainload
