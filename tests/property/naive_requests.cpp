// What a request means to the intents, as the reference model has it.
#include "tests/property/naive_model.hpp"

namespace reeve::tests {

using namespace depengine;

namespace {
constexpr relations started_too = set_of(relation::requires_other, relation::binds_to, relation::milestone);
constexpr relations needed_on = set_of(relation::requires_other, relation::binds_to);
using flags = std::array<bool, most_services>;
} // namespace

bool naive_model::ask(const happening& what) {
    std::size_t count = tree_.size();
    bool only = what.how == mode::only;
    flags rises{}, restarts{}, stops{}, releases{}, reloads{}, verifies{}, named{}, isolates{};
    for (const auto& [order, who] : what.orders) {
        bool up = services_[who].up;
        bool tries = order == verb::try_restart || order == verb::try_reload;
        if (!tree_.exists(who)) return false;
        named[who] = true;
        if (tries && !up) continue;
        rises[who] |=
            order == verb::start || order == verb::isolate || (order == verb::reload_or_start && !up);
        restarts[who] |= order == verb::restart || order == verb::try_restart;
        stops[who] |= order == verb::stop;
        releases[who] |= order == verb::release;
        reloads[who] |=
            order == verb::reload || order == verb::try_reload || (order == verb::reload_or_start && up);
        verifies[who] |= order == verb::verify;
        isolates[who] |= order == verb::isolate;
    }
    flags wanted{}; // to be up by this request: named, or needed hard by those
    for (std::size_t i = 0; i < count; ++i) {
        bool up = rises[i] || restarts[i] || reloads[i];
        if (stops[i] && (up || releases[i] || verifies[i])) return false;
        if (releases[i] && up) return false;
        if (restarts[i]) rises[i] = reloads[i] = false;
        if (rises[i] && !services_[i].up) reloads[i] = false;
        if (reloads[i] && !services_[i].up) return false;
        wanted[i] = rises[i] || restarts[i];
    }
    flags asked = wanted;
    for (std::size_t round = 0; round < count && !only; ++round)
        for (std::size_t i = 0; i < count; ++i)
            for (std::size_t k = 0; k < count; ++k)
                if (wanted[i] && tree_.has(i, k, services_[i].up && !restarts[i] ? needed_on : started_too))
                    wanted[k] = true;
    for (std::size_t i = 0; i < count; ++i) {
        if (wanted[i] && (stops[i] || releases[i])) return false;
        if (only || !wanted[i]) continue;
        for (std::size_t k = 0; k < count; ++k) {
            if (tree_.has(i, k, set_of(relation::requisite)) && !services_[i].up && !services_[k].up)
                return false;
            if (i != k && tree_.conflict(i, k) && wanted[k]) return false;
        }
    }

    naive_model before = *this;
    bool isolate = false;
    for (bool one : isolates) isolate = isolate || one;
    for (std::size_t i = 0; i < count; ++i) {
        service& one = services_[i];
        if (isolate && !asked[i]) {
            if (!tree_.services[i].keep_on_isolate)
                one.asked = intent::none;
            else if (one.goal)
                one.asked = intent::up;
        }
    }
    for (std::size_t i = 0; i < count; ++i) {
        service& one = services_[i];
        for (std::size_t k = 0; k < count; ++k)
            if (!only && wanted[k] && !wanted[i] && !before.services_[i].alone && tree_.conflict(i, k) &&
                one.asked == intent::up)
                one.asked = intent::none;
        if (wanted[i] && !asked[i]) {
            if (one.asked == intent::down) one.asked = intent::none;
            one.alone = one.failed = false;
            one.why = spent::no;
        }
        if (asked[i]) one.asked = intent::up;
        if (stops[i]) one.asked = intent::down;
        if (releases[i]) one.asked = intent::none;
        if (asked[i] || stops[i] || releases[i]) one.alone = only;
        if (asked[i]) one.why = spent::no;
        if (asked[i]) one.failed = false;
    }
    // What is part of something that nothing asks for any more follows it.
    bool takes_away = isolate;
    for (std::size_t i = 0; i < count; ++i)
        takes_away = takes_away || services_[i].asked != before.services_[i].asked;
    for (bool again = takes_away && !only; again;) {
        again = false;
        naive_model then = *this;
        for (service& one : then.services_) one.goes = fate::well;
        then.come_to_rest();
        for (std::size_t i = 0; i < count; ++i)
            for (std::size_t k = 0; k < count; ++k)
                if (before.services_[k].goal && !then.services_[k].goal &&
                    services_[k].asked != intent::down && !named[i] &&
                    tree_.has(i, k, set_of(relation::part_of)) && services_[i].asked == intent::up)
                    again = true, services_[i].asked = intent::none;
    }
    for (std::size_t i = 0; i < count; ++i)
        if (restarts[i]) restart(i);
    if (what.how != mode::no_stop) return true;

    // Refused if anything that is not named would go down, were all to go well.
    naive_model trial = *this;
    for (service& one : trial.services_) one.goes = fate::well;
    trial.come_to_rest();
    for (std::size_t i = 0; i < count; ++i) {
        bool goes_down = before.services_[i].up && (!trial.services_[i].up || trial.services_[i].tried);
        if (named[i] || !goes_down || tree_.is_target(i))
            continue; // (a target is nothing that could be stopped)
        *this = before;
        return false;
    }
    return true;
}

} // namespace reeve::tests
