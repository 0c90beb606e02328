#include "chainload/helpers/isolation/own_capabilities.hpp"

#include "chainload/helpers/rights/capabilities.hpp"

#include <sys/prctl.h>
#include <unistd.h>

namespace reeve::chainload {

namespace {
result<void> drop_all() {
    auto dropped = set_capabilities({});
    return dropped ? dropped : result<void>(failure{dropped.why().error, "drop capabilities"});
}

result<void> keep_over_exec() {
    constexpr const char* step = "keep capabilities";
    auto now = read_capabilities();
    if (!now) return failure{now.why().error, step};
    if (auto set = set_capabilities({now->effective, now->permitted, now->permitted}); !set)
        return failure{set.why().error, step};
    constexpr int ambient = 47, raise = 2; // PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE: <linux/prctl.h>
    for (unsigned number = 0; number < 64; ++number) {
        bool has = (now->permitted & only(number)) != 0;
        if (has && ::prctl(ambient, raise, static_cast<unsigned long>(number), 0, 0) < 0) return failed(step);
    }
    return {};
}
} // namespace

result<void> settle_capabilities(bool keep) {
    if (keep) return keep_over_exec();
    return ::geteuid() == 0 ? result<void>{} : drop_all();
}

} // namespace reeve::chainload
