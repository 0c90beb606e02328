// Random services and what happens to them. Rare settings are as likely as common ones: the machine must not care.
#include "tests/property/simulated_service.hpp"

#include <csignal>

namespace reeve::tests {

using namespace supervise;

settings random_settings(random_numbers& random) {
    settings s;
    constexpr service_kind kinds[] = {service_kind::process, service_kind::process, service_kind::process,
                                      service_kind::process, service_kind::process, service_kind::oneshot,
                                      service_kind::oneshot, service_kind::target,  service_kind::incomplete};
    s.kind = random.pick(kinds);
    s.has_finish = random.chance(40);
    s.has_stop = random.chance(50);
    s.has_check = random.chance(30);
    s.has_health = random.chance(30);
    s.has_condition = random.chance(25);
    s.has_reload = random.chance(30);
    s.notify = random.chance(30);
    s.forking = s.kind == service_kind::process && random.chance(25);
    if (random.chance(20)) s.notification_fd = 3;
    for (char letter : {'d', 't', 'h', 'k'})
        if (random.chance(20)) s.control_hooks.add(static_cast<unsigned char>(letter));
    constexpr std::int64_t limits[] = {0, 50, 700, 5000};
    s.timeout_finish = random.pick(limits);
    s.timeout_up = random.chance(60) ? 0 : random.between(1, 5000);
    s.timeout_kill = random.pick(limits);
    s.check_interval = random.between(1, 1500);
    s.health_interval = random.between(1, 5000);
    s.health_timeout = random.between(1, 3000);
    s.health_failures = static_cast<std::uint32_t>(random.between(1, 3));
    s.watchdog = s.notify && random.chance(40) ? random.between(1, 5000) : 0;
    s.limit_log_wait = random.pick(limits);
    constexpr restart_policy policies[] = {restart_policy::always, restart_policy::always,
                                           restart_policy::on_failure, restart_policy::never};
    s.restart = random.pick(policies);
    s.keep_leftovers = random.chance(25);
    std::int64_t shortest = random.between(1, 2000);
    s.restart_delay = {shortest, random.between(1, 4), shortest + random.between(0, 20000)};
    if (random.chance(25))
        s.max_death_tally = {static_cast<std::uint32_t>(random.between(1, 4)), random.between(1, 60)};
    if (random.chance(25)) {
        s.stop_step_count = static_cast<std::uint8_t>(random.between(1, most_stop_steps));
        constexpr int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGKILL, SIGUSR1};
        for (auto& rung : s.stop_steps) rung = {random.pick(signals), random.between(0, 3) * 300};
    }
    if (random.chance(20)) s.success_codes.add(3);
    return s;
}

std::vector<stimulus> random_stimuli(random_numbers& random) {
    std::vector<stimulus> list(static_cast<std::size_t>(random.between(1, 40)));
    constexpr std::int64_t waits[] = {0, 0, 1, 10, 100, 1000, 5000, 30000};
    constexpr event_kind words[] = {event_kind::ready,
                                    event_kind::ready,
                                    event_kind::reloading,
                                    event_kind::stopping,
                                    event_kind::watchdog_ping,
                                    event_kind::watchdog_ping,
                                    event_kind::watchdog_trigger,
                                    event_kind::watchdog_period,
                                    event_kind::extend,
                                    event_kind::main_found};
    for (stimulus& one : list) {
        one.wait = random.pick(waits);
        if (one.wait > 1) one.wait = random.between(1, one.wait);
        std::size_t what = random.below(100);
        if (what < 3) {
            one.what = stimulus::kind::new_settings;
        } else if (what < 35) {
            one.what = stimulus::kind::word;
            one.word = random.pick(words);
            one.ms = random.chance(20) ? 0 : random.between(1, 5000);
        } else if (what < 75) {
            constexpr char usual[] = {'u', 'u', 'u', 'u', 'd', 'd', 'o', 'r', 'G', '0', 'p', 'c'};
            one.letter = random.pick(usual);
        } else {
            do one.letter = letters[random.below(std::size(letters))].name;
            while ((one.letter == 'X' || one.letter == 'x') && !random.chance(30)); // they end the fun
        }
    }
    return list;
}

std::string text_of(const stimulus& one) {
    std::string text = "after " + std::to_string(one.wait) + " ms ";
    switch (one.what) {
    case stimulus::kind::letter: return text + "letter " + one.letter;
    case stimulus::kind::word:
        return text + "word " + std::string(describe(one.word).event) + " " + std::to_string(one.ms);
    case stimulus::kind::new_settings: return text + "new settings";
    }
    return text;
}

} // namespace reeve::tests
