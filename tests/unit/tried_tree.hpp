// A tree of services in a few words, an engine for it, and supervisors that do at once what a letter says: for the
// tests of the engine's pure part.
#pragma once

#include "depengine/intents.hpp"
#include "depengine/planner.hpp"
#include "depengine/results.hpp"

#include <algorithm>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>

namespace reeve::tests {

// Lines "web process down requires/db after/log": a name, then kind, flags and relations. A process unless it says
// otherwise, and with the file `down`: nothing starts by itself unless a line says "up".
inline depengine::catalogue definitions(const std::string& text) {
    using namespace depengine;
    catalogue made;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string name;
        if (!(words >> name)) continue;
        definition& one = made.services[name];
        one.name = name;
        one.kind = supervise::service_kind::process;
        one.down = true;
        for (std::string word; words >> word;) {
            std::size_t slash = word.find('/');
            auto stated = find_relation(word.substr(0, slash));
            if (slash != std::string::npos && stated)
                one.edges.push_back({stated->which, stated->reversed, word.substr(slash + 1)});
            else if (word == "oneshot")
                one.kind = supervise::service_kind::oneshot;
            else if (word == "target")
                one.kind = supervise::service_kind::target;
            else if (word == "incomplete")
                one.kind = supervise::service_kind::incomplete;
            else if (word == "up")
                one.down = false;
            else if (word == "persistent")
                one.persistent = true;
            else if (word == "keep-on-isolate")
                one.keep_on_isolate = true;
            else if (word == "essential")
                one.essential = true;
            else if (word == "early")
                one.early = true;
            else
                throw std::runtime_error("what is " + word);
        }
    }
    return made;
}

class tried_tree {
public:
    explicit tried_tree(const std::string& text)
        : services(definitions(text))
        , engine(std::make_unique<depengine::reconciler>(services, first_wishes())) {
        for (depengine::node i = 0; i < services.size(); ++i) {
            if (!services.exists(i) || services.is_target(i)) continue;
            depengine::observation seen;
            seen.known = seen.waits_for_engine = true;
            seen.supervise_start = 1;
            engine->observe(i, seen);
        }
        run();
    }

    depengine::node at(std::string_view name) const { return services.find(name); }
    const depengine::standing& operator[](std::string_view name) const { return engine->stands(at(name)); }

    // The letters that are due, and are not obeyed yet: "u:db d:web", in the order in which they are sent.
    std::string due() {
        std::string text;
        for (depengine::letter_to one : engine->settle()) {
            if (!text.empty()) text += ' ';
            ((text += one.letter) += ':') += services.name(one.to);
        }
        return text;
    }
    // The supervisor takes the letter that was sent to it, and it goes well.
    void obey(std::string_view name, supervise::phase becomes) {
        depengine::observation now = engine->seen(at(name));
        now.waits_for_engine = false;
        ++now.commands;
        now.want = engine->in_flight(at(name)) == 'd' ? supervise::want::down : supervise::want::up;
        now.phase = becomes;
        if (now.want == supervise::want::up && becomes != supervise::phase::skipped) {
            ++now.starts;
            now.main_start = ++clock;
        }
        engine->observe(at(name), now);
    }
    // Obeys all letters until none is due: "u:db | u:web".
    std::string run() {
        std::string text;
        for (std::string letters = due(); !letters.empty(); letters = due()) {
            (text += text.empty() ? "" : " | ") += letters;
            std::istringstream words(letters);
            for (std::string word; words >> word;) {
                bool oneshot = services[at(word.substr(2))].kind == supervise::service_kind::oneshot;
                obey(word.substr(2), word[0] == 'd' ? supervise::phase::down
                                     : oneshot      ? supervise::phase::done
                                                    : supervise::phase::ready);
            }
        }
        return text;
    }
    // Something happens to it that nobody asked for.
    void becomes(std::string_view name, supervise::phase phase, bool started_again = false) {
        depengine::observation now = engine->seen(at(name));
        now.phase = phase;
        if (started_again) {
            ++now.starts;
            now.main_start = ++clock;
        }
        engine->observe(at(name), now);
    }
    void by_hand(std::string_view name, char letter) {
        depengine::observation now = engine->seen(at(name));
        ++now.commands;
        now.waits_for_engine = false;
        now.want = letter == 'u' ? supervise::want::up : supervise::want::down;
        now.phase = letter == 'u' ? supervise::phase::ready : supervise::phase::down;
        now.starts += letter == 'u';
        engine->observe(at(name), now);
    }

    // "start web; stop db"
    depengine::request request(const std::string& text,
                               depengine::mode how = depengine::mode::replace) const {
        depengine::request made;
        made.how = how;
        std::istringstream words(text);
        for (std::string what, name; words >> what >> name;) {
            if (name.back() == ';') name.pop_back();
            made.orders.push_back({depengine::find_verb(what)->which, at(name)});
        }
        return made;
    }
    depengine::outcome ask(const std::string& text, depengine::mode how = depengine::mode::replace) {
        (void)engine->settle();
        depengine::request made = request(text, how);
        followed.clear();
        for (depengine::order one : made.orders) followed.push_back(depengine::follow(*engine, one));
        return depengine::planner(*engine, lock).apply(made, *engine);
    }
    // The letters of a request, obeyed.
    std::string done(const std::string& text, depengine::mode how = depengine::mode::replace) {
        depengine::outcome found = ask(text, how);
        return found ? run() : "refused: " + found.refusals.front();
    }
    depengine::ending result() {
        (void)engine->settle();
        auto found = depengine::result_of(*engine, followed.front());
        if (!found) throw std::runtime_error("there is no result yet");
        return found->how;
    }
    // The engine dies, and the next one knows what the file of intents holds.
    void new_engine() {
        std::string disk;
        depengine::format_tree({}, disk);
        for (depengine::node i = 0; i < services.size(); ++i)
            depengine::format_wish(services.name(i), engine->wished(i), disk);
        std::vector<depengine::wish> wishes(services.size());
        for (const auto& [name, one] : depengine::parse_intents(disk).wishes) wishes[at(name)] = one;
        auto next = std::make_unique<depengine::reconciler>(services, std::move(wishes));
        for (depengine::node i = 0; i < services.size(); ++i) next->observe(i, engine->seen(i));
        engine = std::move(next);
    }

    depengine::graph services;
    std::unique_ptr<depengine::reconciler> engine;
    depengine::irreversible_lock lock;
    std::vector<depengine::followed_order> followed;
    std::uint64_t clock = 0;

private:
    std::vector<depengine::wish> first_wishes() const {
        std::vector<depengine::wish> wishes(services.size());
        for (depengine::node i = 0; i < services.size(); ++i)
            if (services.exists(i) && !services[i].down) wishes[i].intent = depengine::intent::up;
        return wishes;
    }
};

} // namespace reeve::tests
