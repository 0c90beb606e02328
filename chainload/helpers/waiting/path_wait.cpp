#include "chainload/helpers/waiting/path_wait.hpp"

#include "chainload/helpers/waiting/path_watch.hpp"

namespace reeve::chainload {

namespace {
bool content_counts(const path_condition& condition) {
    return condition.wanted == path_state::changed || condition.wanted == path_state::non_empty;
}

result<bool> look_at_all(std::span<path_condition> conditions, bool one_is_enough, const char*& culprit) {
    std::size_t fitting = 0;
    for (const auto& one : conditions) {
        culprit = one.path;
        auto fits = holds(one);
        if (!fits) return fits.why();
        if (*fits) ++fitting;
    }
    culprit = nullptr;
    return one_is_enough ? fitting > 0 : fitting == conditions.size();
}
} // namespace

result<bool> wait_for_paths(std::span<path_condition> conditions, bool one_is_enough,
                            std::int64_t deadline_ms, const char*& culprit) {
    // Where nothing is to be waited for nothing is watched, which takes the kernel some milliseconds to undo.
    auto fits = look_at_all(conditions, one_is_enough, culprit);
    if (!fits || *fits) return fits;
    path_watch watch;
    if (auto opened = watch.open(); !opened) return opened.why();
    for (;;) {
        watch.begin_round();
        for (auto& one : conditions) {
            culprit = one.path;
            auto end = watch.follow(one.path, content_counts(one));
            if (!end) return end.why();
            one.watch = *end;
        }
        watch.end_round();
        fits = look_at_all(conditions, one_is_enough, culprit);
        if (!fits || *fits) return fits;
        auto something = watch.wait(deadline_ms);
        if (!something || !*something) return something;
        for (auto& one : conditions) one.touched = one.touched || watch.is_touched(one.watch);
    }
}

} // namespace reeve::chainload
