#include "tests/property/happening.hpp"

namespace reeve::tests {

using namespace depengine;

happening random_happening(random_numbers& random, std::size_t services) {
    happening one;
    one.who = random.below(services);
    one.seed = random.next();
    std::size_t draw = random.below(100);
    using kind = happening::kind;
    if (draw < 60) {
        constexpr verb verbs[] = {verb::start,   verb::start,       verb::start,          verb::stop,
                                  verb::stop,    verb::release,     verb::release,        verb::restart,
                                  verb::restart, verb::try_restart, verb::isolate,        verb::reload,
                                  verb::verify,  verb::try_reload,  verb::reload_or_start};
        constexpr mode modes[] = {mode::no_stop, mode::fail, mode::only, mode::ignore_order};
        std::size_t count = random.chance(70) ? 1 : 2 + random.below(2);
        for (std::size_t i = 0; i < count; ++i)
            one.orders.emplace_back(random.pick(verbs), random.below(services));
        if (random.chance(15)) one.how = random.pick(modes);
        return one;
    }
    constexpr kind rest[] = {kind::crash,          kind::crash,      kind::fail,           kind::end,
                             kind::hand_up,        kind::hand_down,  kind::new_fate,       kind::new_fate,
                             kind::new_supervisor, kind::new_engine, kind::new_definitions};
    one.what = random.pick(rest);
    constexpr fate fates[] = {fate::well, fate::well, fate::skipped, fate::fails, fate::flaky};
    one.becomes = random.pick(fates);
    return one;
}

std::string text_of(const happening& one) {
    constexpr std::string_view words[] = {"ask",        "crash",          "fail",           "end",
                                          "hand-up",    "hand-down",      "new supervisor", "new fate",
                                          "new engine", "new definitions"};
    constexpr std::string_view fates[] = {"well", "skipped", "fails", "flaky"};
    std::string text(words[static_cast<std::size_t>(one.what)]);
    if (one.what == happening::kind::ask) {
        for (const auto& [what, who] : one.orders)
            (text += ' ') += std::string(name_of(what)) + "(" + service_name(who) + ")";
        if (one.how != mode::replace) (text += ' ') += name_of(one.how);
        return text;
    }
    (text += ' ') += service_name(one.who);
    if (one.what == happening::kind::new_fate) (text += ' ') += fates[static_cast<std::size_t>(one.becomes)];
    return text;
}

} // namespace reeve::tests
