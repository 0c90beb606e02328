// unshare KIND[,KIND]… PROGRAM …: runs PROGRAM in namespaces of its own. With the letters and words of util-linux's
// unshare too, where they are for one program and not for files that keep a namespace.
//
// The user namespace comes first and the others belong to it. A pid namespace is for children only: the helper then
// stays as PROGRAM's parent.
#include "chainload/helpers/isolation/helpers.hpp"
#include "chainload/helpers/isolation/mount_namespace.hpp"
#include "chainload/helpers/isolation/namespace_kinds.hpp"
#include "chainload/helpers/isolation/own_capabilities.hpp"
#include "chainload/helpers/isolation/staying_parent.hpp"
#include "chainload/helpers/isolation/time_offsets.hpp"
#include "chainload/helpers/isolation/unshare_plan.hpp"
#include "chainload/helpers/sockets/child_listeners.hpp"

#include <grp.h>
#include <unistd.h>

namespace reeve::chainload {

namespace {
result<void> make_all(const unshare_plan& plan) {
    if ((plan.flags & new_user) != 0)
        if (auto made = enter_user_namespace(plan.map); !made) return made;
    if (auto made = make_namespaces(plan.flags & ~new_user); !made) return made;
    if ((plan.flags & new_time) != 0)
        if (auto entered = enter_time_namespace(plan.monotonic, plan.boottime); !entered) return entered;
    if ((plan.flags & new_mount) == 0 || !plan.propagation) return {};
    return set_propagation(*plan.propagation);
}

// What can be done in the namespaces only, by the process that goes on.
result<void> settle(const unshare_plan& plan) {
    if (plan.proc != nullptr) {
        // What is there belongs to another pid namespace and would show through below.
        if (::mount("none", plan.proc, nullptr, MS_PRIVATE | MS_REC, nullptr) < 0 && errno != EINVAL)
            return failed("change the propagation of the old /proc");
        if (::mount("proc", plan.proc, "proc", MS_NOSUID | MS_NOEXEC | MS_NODEV, nullptr) < 0)
            return failed("mount a new /proc");
    }
    if (plan.group) {
        // Where it is forbidden there is no way to get rid of them.
        if (::setgroups(0, nullptr) < 0 && errno != EPERM) return failed("setgroups");
        if (::setgid(*plan.group) < 0) return failed("setgid");
    }
    if (plan.user && ::setuid(*plan.user) < 0) return failed("setuid");
    return (plan.flags & new_user) != 0 ? settle_capabilities(plan.keep_capabilities) : result<void>{};
}
} // namespace

next run_unshare(char** arguments, process& self) {
    unshare_plan plan;
    if (!read_unshare_plan(arguments, plan)) return self.wrong_usage(plan.complaint.view());
    bool ordinary = (plan.flags & new_user) == 0;
    auto refuse = [&](const failure& why) {
        std::string_view hint = ordinary ? hint_about(why.error) : std::string_view();
        if (plan.map.has_ranges() && why.error == EPERM) hint = " (ranges need CAP_SETUID and CAP_SETGID)";
        return unable_to_isolate(self, why, hint);
    };
    working_directory here;
    pid_t parent = ::getpid();
    if (auto made = make_all(plan); !made) return refuse(made.why());
    if (plan.fork) {
        auto over = stay_as_parent({plan.death_signal, plan.first_process});
        if (!over) return refuse(over.why());
        if (*over) return self.done(**over);
    }
    if (auto settled = settle(plan); !settled) return refuse(settled.why());
    if (plan.proc != nullptr)
        if (auto entered = here.enter_again(); !entered) return refuse(entered.why());
    return plan.fork ? go_on_in_child(self, parent, plan.command) : self.go_on(plan.command);
}

} // namespace reeve::chainload
