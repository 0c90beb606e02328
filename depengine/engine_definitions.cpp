// Definitions: read at the start, and again when they have changed and are quiet. What cannot be read keeps what it was.
#include "depengine/engine.hpp"

#include "chainload/clock.hpp"
#include "depengine/directory_source.hpp"
#include "depengine/log.hpp"
#include "supervise/layout.hpp"

#include <algorithm>
#include <cstdlib>
#include <malloc.h>
#include <new>
#include <sys/stat.h>

namespace reeve::depengine {

namespace {
constexpr moment quiet_ms = 50, at_most_ms = 1000;
}

// SERVICE and SERVICE_DIR are set by supervise. Only a service of this scan directory is meant: an engine that is
// started by hand may have inherited them from another one.
void engine::find_own_service() {
    const char* name = std::getenv("SERVICE");
    const char* directory = std::getenv("SERVICE_DIR");
    struct stat here {
    }, there{};
    if (name == nullptr || directory == nullptr || !supervise::valid_service_name(name)) return;
    if (::fstatat(where_.scan, name, &here, 0) < 0 || ::stat(directory, &there) < 0) return;
    if (here.st_dev == there.st_dev && here.st_ino == there.st_ino) own_service_ = name;
}

// The engine's own service is none of those that isolate stops.
catalogue engine::adapted(catalogue read) const {
    if (auto own = read.services.find(own_service_); own != read.services.end())
        own->second.keep_on_isolate = true;
    return read;
}

// Each directory that is there; records of what was not watched until now are to be read after it.
void engine::watch_all() {
    bool watched = watcher_.fd() >= 0;
    if (watcher_.is_short()) (void)watcher_.open();
    if (!watched && watcher_.fd() >= 0 && loop_.add(watcher_.fd()))
        loop_.when(watcher_.fd(), event::readable, [this] { on_change(); });
    auto names = directory_source(where_.scan).list("");
    if (!names) return;
    std::sort(names->begin(), names->end());
    watcher_.keep_only(
        [&](const std::string& name) { return std::binary_search(names->begin(), names->end(), name); });
    for (const auto& name : *names)
        if (supervise::valid_service_name(name)) watcher_.watch(name);
    all_changed_ = true;
}

// Changes may have gone unseen. Definitions that are to be read on request only stay as they are.
void engine::look_at_everything() try {
    all_changed_ = true;
    if (options_.manual_reload) return watch_all();
    all_dirty_ = true;
    wait_for_quiet();
} catch (const std::bad_alloc&) {
    loop_.set(timer::again, chainload::monotonic_ms() + at_most_ms);
}

// Once when watches run short, and once when there are enough again.
void engine::tell_of_watches() {
    if (watcher_.is_short() == short_reported_) return;
    short_reported_ = watcher_.is_short();
    if (!short_reported_) return say(severity::info, "all that is to be watched is watched now");
    say(severity::warning,
        watcher_.fd() < 0
            ? "no inotify instance to be had (fs.inotify.max_user_instances): looking every second"
            : "no more inotify watches to be had (fs.inotify.max_user_watches): looking every second");
    loop_.set(timer::again, chainload::monotonic_ms() + at_most_ms);
}

chainload::result<catalogue> engine::read_all() const {
    return read_catalogue(directory_source(where_.scan), now_ ? &now_->definitions : nullptr);
}

void engine::definition_changed(std::string_view name) {
    if (options_.manual_reload) return;
    try {
        dirty_.emplace(name);
    } catch (const std::bad_alloc&) {
        all_dirty_ = true;
    }
    wait_for_quiet();
}

// They are read when nothing has changed for a while; at most so long after the first change.
void engine::wait_for_quiet() {
    moment now = chainload::monotonic_ms();
    if (!loop_.is_set(timer::definitions)) dirty_since_ = now;
    loop_.set(timer::definitions, std::min(now + quiet_ms, dirty_since_ + at_most_ms));
}

void engine::read_definitions() try {
    loop_.clear(timer::definitions);
    directory_source source(where_.scan);
    catalogue next;
    if (all_dirty_) {
        watch_all();
        tell_of_watches();
        auto read = read_all();
        if (!read) {
            say(severity::error, unable(read.why()) + ": the definitions stay as they were");
            all_dirty_ = false;
            return;
        }
        next = std::move(*read);
    } else {
        next = now_->definitions;
        std::erase_if(next.problems, [&](const diagnostic& one) { return dirty_.contains(one.service); });
        for (const auto& name : dirty_) {
            auto old = now_->definitions.services.find(name);
            const definition* before = old == now_->definitions.services.end() ? nullptr : &old->second;
            auto read = read_definition(source, name, before, next.problems);
            if (read)
                next.services.insert_or_assign(name, std::move(*read));
            else
                next.services.erase(name);
        }
    }
    next = adapted(std::move(next));
    if (next.services != now_->definitions.services || next.problems != now_->definitions.problems)
        take(std::move(next));
    else
        for (const auto& name : dirty_) record_changed(name);
    dirty_.clear();
    all_dirty_ = false;
    turn();
    ::malloc_trim(0); // the old world
} catch (const std::bad_alloc&) {
    say(severity::error, "no memory to read the definitions; tried again");
    loop_.set(timer::definitions, chainload::monotonic_ms() + at_most_ms);
}

// The new definitions are in force from here on.
void engine::take(catalogue next) {
    auto made = world::after(*now_, std::move(next));
    std::vector<node> changed;
    changed.reserve(made->services.size());
    std::vector<bool> is_changed(made->services.size(), false);
    // Whose directory came, went or became another kind: its record is looked at anew.
    for (node one = 0; one < made->services.size(); ++one) {
        node old = now_->services.find(made->services.name(one));
        bool known =
            old != no_node && now_->services[old].kind == made->services[one].kind && !is_changed_[old];
        if (shutdown_.owner.empty() == false && old == no_node) made->live.change(one).intent = intent::none;
        if (known) continue;
        changed.push_back(one);
        is_changed[one] = true;
    }
    std::vector<order> kept;
    for (const order& old : shutdown_.orders)
        if (node now = made->services.find(now_->services.name(old.which)); now != no_node)
            kept.push_back({old.what, now});
    std::vector<std::vector<node>> looked_up;
    for (const auto& one : subscribers_) looked_up.push_back(look_up(made->services, one.names).known);
    book_.renumber(now_->services,
                   made->services); // from here on no memory is taken until all has its new number
    shutdown_.orders = std::move(kept);
    for (due_start& one : due_) one.cause = made->services.find(now_->services.name(one.cause));
    std::erase_if(due_, [](const due_start& one) { return one.cause == no_node; });
    for (std::size_t i = 0; i < looked_up.size(); ++i) subscribers_[i].nodes = std::move(looked_up[i]);
    now_ = std::move(made);
    changed_ = std::move(changed);
    is_changed_ = std::move(is_changed);
    intents_unsaid_ = true;
    fresh_request_ = true; // services that are no more can give no result
    report_new_problems();
}

void engine::report_new_problems() {
    std::set<std::string> found;
    for (const auto& one : problems_of(*now_)) {
        std::string text = one.file + ": " + one.text;
        bool name = supervise::valid_service_name(one.hint);
        if (!one.hint.empty()) text += name ? " (did you mean " + one.hint + "?)" : ": " + one.hint;
        if (!reported_.contains(text)) say(severity::warning, text);
        found.insert(std::move(text));
    }
    reported_ = std::move(found);
}

void engine::program_changed(std::string_view name) try {
    node which = now_->services.find(name);
    if (which == no_node || now_->live.seen(which).pid == 0) return;
    // Once for each start: an editor writes more than once.
    std::uint64_t& starts = program_reported_[std::string(name)];
    if (starts == now_->live.seen(which).starts) return;
    starts = now_->live.seen(which).starts;
    say(severity::info,
        std::string(name) + ": its program has changed since it was started; it goes on as it is");
} catch (const std::bad_alloc&) {
    say(severity::warning, "a program has changed, and there is no memory to tell which");
}

} // namespace reeve::depengine
