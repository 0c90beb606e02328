#include "tools/svctl/log_session.hpp"

#include "chainload/clock.hpp"

#include <algorithm>
#include <deque>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace reeve::svctl {

namespace {
constexpr const char* new_directories = ""; // the key of what may bring a log that was not there

// It has no log of its own yet, though its lines may be in the catch-all's, or not any more.
bool may_get_a_log(const scan_directory& tree, const std::string& name) {
    auto places = find_logs(tree, name);
    return places.empty() || (places.front().service == ".svscan" && name != catch_all_logger) ||
           std::any_of(places.begin(), places.end(),
                       [&](const log_place& one) { return !holds_current(tree.fd(), one.directory); });
}
} // namespace

log_session::log_session(const scan_directory& tree, std::vector<std::string> names,
                         const logs_options& options)
    : tree_(tree)
    , names_(std::move(names))
    , options_(options) {
    if (options_.follow) watch_.emplace();
    find_sources(true);
}

std::vector<std::string> log_session::services() const {
    std::vector<std::string> found;
    for (const source& one : sources_)
        if (std::find(found.begin(), found.end(), one.service) == found.end()) found.push_back(one.service);
    return found;
}

std::string log_session::absolute(const std::string& path) const {
    return path.starts_with("/") ? path : tree_.path() + "/" + path;
}

void log_session::watch_for_new(const std::string& name) {
    std::vector<std::string> directories{name, name + "/log"};
    for (const std::string& entry :
         list_directory(tree_.fd(), directories.back().c_str()).value_or(std::vector<std::string>{}))
        if (entry != "supervise") directories.push_back(name + "/log/" + entry);
    for (const std::string& directory : directories)
        watch_->add(absolute(directory), log_watch::interest::new_entries, new_directories);
}

log_session::inode_birth log_session::birth_of(const std::string& directory) const {
    struct statx found {};
    if (::statx(tree_.fd(), directory.c_str(), 0, STATX_INO | STATX_BTIME, &found) < 0) return {};
    return {::makedev(found.stx_dev_major, found.stx_dev_minor), found.stx_ino, found.stx_btime.tv_sec,
            found.stx_btime.tv_nsec};
}

// Watches come before reading, so that nothing is missed between the two.
void log_session::find_sources(bool at_start) {
    if (watch_) {
        watch_->add(tree_.path(), log_watch::interest::new_entries, new_directories);
        for (const std::string& name : names_.empty() ? tree_.services() : names_)
            if (may_get_a_log(tree_, name)) watch_for_new(name);
        for (const source& one : sources_)
            if (!holds_current(tree_.fd(), one.directory)) watch_for_new(one.service);
    }
    std::vector<log_place> places;
    if (names_.empty()) places = find_all_logs(tree_);
    for (const std::string& name : names_)
        for (log_place& place : find_logs(tree_, name)) places.push_back(std::move(place));
    for (const log_place& place : places) {
        inode_birth is = birth_of(place.directory);
        auto known = std::find_if(sources_.begin(), sources_.end(), [&](const source& one) {
            return one.service == place.service &&
                   (one.directory == place.directory || (is.inode != 0 && one.is == is));
        });
        if (known != sources_.end() && known->directory != place.directory) continue; // it was renamed
        if (watch_) watch_->add(absolute(place.directory), log_watch::interest::growth, place.directory);
        if (known != sources_.end()) {
            known->is = is;
            continue;
        }
        auto lines = std::make_unique<log_directory>(tree_.fd(), place.directory);
        if (options_.since_ms)
            lines->begin_at(moment_of_ms(chainload::realtime_ms() - *options_.since_ms));
        else if (options_.last && at_start)
            lines->begin_at_last(*options_.last);
        if (watch_) lines->follow();
        merge_.add(*lines);
        sources_.push_back({place.service, place.directory, is, std::move(lines)});
    }
}

void log_session::drain(const show& each) {
    while (auto next = merge_.next()) each(sources_[next->first].service, next->second);
}

void log_session::show_present(const show& each) {
    if (!options_.last) return drain(each);
    std::deque<std::pair<std::size_t, log_line>> kept;
    while (auto next = merge_.next()) {
        if (*options_.last == 0) continue;
        if (kept.size() == *options_.last) kept.pop_front();
        kept.push_back(std::move(*next));
    }
    for (const auto& [number, line] : kept) each(sources_[number].service, line);
}

void log_session::show_future(const show& each, const std::function<void()>& shown) {
    for (;;) {
        shown();
        auto changes = watch_->wait();
        bool all = changes.everything || changes.lost;
        for (const std::string& key : changes.keys) all = all || key == new_directories;
        if (all) find_sources(false);
        for (std::size_t i = 0; i < sources_.size(); ++i)
            if (all || std::find(changes.keys.begin(), changes.keys.end(), sources_[i].directory) !=
                           changes.keys.end())
                merge_.wake(i);
        drain(each);
    }
}

} // namespace reeve::svctl
