#include "depengine/world.hpp"

namespace reeve::depengine {

namespace {
std::vector<wish> wishes_from(const graph& services, const wish_list& known) {
    std::vector<wish> made(services.size());
    for (node one = 0; one < services.size(); ++one) {
        auto found = known.find(services.name(one));
        made[one] = found != known.end() ? found->second : first_wish(services, one);
    }
    return made;
}

std::vector<wish> wishes_after(const graph& services, const world& before) {
    std::vector<wish> made(services.size());
    for (node one = 0; one < services.size(); ++one) {
        node old = before.services.find(services.name(one));
        bool seen = old != no_node && (before.services.exists(old) || before.live.wished(old) != wish{});
        made[one] = seen ? before.live.wished(old) : first_wish(services, one);
    }
    return made;
}
} // namespace

wish first_wish(const graph& services, node which) {
    wish made;
    if (services.exists(which) && !services[which].down) made.intent = intent::up;
    return made;
}

world::world(catalogue read, const wish_list& known)
    : definitions(std::move(read))
    , services(definitions)
    , live(services, wishes_from(services, known))
    , told(services.size())
    , history(services.size()) {}

world::world(const world& before, catalogue read)
    : definitions(std::move(read))
    , services(definitions)
    , live(services, wishes_after(services, before))
    , told(services.size())
    , history(services.size()) {
    live.take_over(before.live);
    auto renumbered = [&](node old) {
        return old == no_node ? no_node : services.find(before.services.name(old));
    };
    for (node one = 0; one < services.size(); ++one) {
        node old = before.services.find(services.name(one));
        if (old == no_node) continue;
        told[one] = before.told[old];
        told[one].other = renumbered(told[one].other);
        history[one] = before.history[old];
        history[one].waited_for = renumbered(history[one].waited_for);
    }
}

std::unique_ptr<world> world::after(const world& before, catalogue read) {
    return std::unique_ptr<world>(new world(before, std::move(read)));
}

std::vector<diagnostic> problems_of(const world& all) {
    auto found = all.definitions.problems;
    found.insert(found.end(), all.services.problems().begin(), all.services.problems().end());
    return found;
}

} // namespace reeve::depengine
