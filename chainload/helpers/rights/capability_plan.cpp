#include "chainload/helpers/rights/capability_plan.hpp"

#include <bit>
#include <sys/prctl.h>

namespace reeve::chainload {

namespace {
unsigned lowest(capability_set set) {
    return static_cast<unsigned>(std::countr_zero(set));
}

// Calls visit(number) for each member until that fails.
template <class Visit>
result<void> for_each(capability_set set, Visit&& visit) {
    for (; set != 0; set &= set - 1)
        if (result<void> done = visit(lowest(set)); !done) return done;
    return {};
}
} // namespace

result<capability_rights> read_rights() {
    auto sets = read_capabilities();
    if (!sets) return sets.why();
    int bits = ::prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);
    if (bits < 0) return failed("read securebits");
    return capability_rights{bounding_capabilities(), sets->inheritable, ambient_capabilities(),
                             sets->permitted,         sets->effective,   static_cast<unsigned>(bits)};
}

result<void> capability_plan::carry_out() {
    capability_set raised = wanted.ambient & ~now_.ambient;
    if (capability_set wrong = raised & ~wanted.permitted; wrong != 0)
        return about(lowest(wrong), EPERM, "make ambient what is not permitted");
    wanted.inheritable |= raised;
    wanted.ambient &= wanted.permitted & wanted.inheritable;
    wanted.effective = wanted.permitted;

    if (auto done = set(now_.permitted, now_.permitted); !done) return done;
    if (auto done = raise_ambient(); !done) return done;
    if (auto done = drop_bounding(); !done) return done;
    if (wanted.securebits != now_.securebits && ::prctl(PR_SET_SECUREBITS, wanted.securebits, 0, 0, 0) < 0)
        return failed("set securebits");
    if (auto done = set(wanted.permitted, wanted.effective); !done) return done;
    return check();
}

result<void> capability_plan::set(capability_set permitted, capability_set effective) {
    capability_set added = wanted.inheritable & ~(now_.inheritable | now_.permitted | now_.bounding);
    if (added != 0) return about(static_cast<unsigned>(std::countr_zero(added)), EPERM, "make inheritable");
    if (capability_set more = permitted & ~now_.permitted; more != 0)
        return about(lowest(more), EPERM, "permit");
    return set_capabilities({effective, permitted, wanted.inheritable});
}

result<void> capability_plan::raise_ambient() {
    constexpr const char* step = "change the ambient set";
    auto change = [&](capability_set members, unsigned long operation) {
        return for_each(members, [&](unsigned number) -> result<void> {
            if (::prctl(PR_CAP_AMBIENT, operation, static_cast<unsigned long>(number), 0, 0) == 0) return {};
            return about(number, errno, step);
        });
    };
    if (auto done = change(now_.ambient & ~wanted.ambient, PR_CAP_AMBIENT_LOWER); !done) return done;
    return change(wanted.ambient & ~now_.ambient, PR_CAP_AMBIENT_RAISE);
}

result<void> capability_plan::drop_bounding() {
    if (capability_set more = wanted.bounding & ~now_.bounding; more != 0)
        return about(lowest(more), EPERM, "add to the bounding set");
    return for_each(now_.bounding & ~wanted.bounding, [&](unsigned number) -> result<void> {
        if (::prctl(PR_CAPBSET_DROP, static_cast<unsigned long>(number), 0, 0, 0) == 0) return {};
        return about(number, errno, "drop from the bounding set");
    });
}

result<void> capability_plan::check() {
    auto left = read_rights();
    if (!left) return left.why();
    if (left->bounding != wanted.bounding || left->inheritable != wanted.inheritable ||
        left->ambient != wanted.ambient || left->permitted != wanted.permitted ||
        left->effective != wanted.effective || left->securebits != wanted.securebits)
        return failure{EPERM, "give up capabilities"};
    return {};
}

failure capability_plan::about(unsigned capability, int error, const char* step) {
    subject_.add(": ");
    if (auto name = capability_name(capability); !name.empty())
        subject_.add(name);
    else
        subject_.add(capability);
    return {error, step};
}

} // namespace reeve::chainload
