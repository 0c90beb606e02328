// One inotify descriptor for all that the engine looks at: the scan directory, each directory in it, their relation
// directories and their supervise/ directories, and .svscan. It tells what has to be looked at again, by name, and
// decides nothing. Whatever is watched is watched before it is read, so no change is missed.
//
// The working directory is the scan directory.
#pragma once

#include "chainload/result.hpp"
#include "chainload/unique_fd.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace reeve::depengine {

class watcher {
public:
    // `state_root` is where NAME's state may be too; empty: nowhere.
    explicit watcher(std::string state_root)
        : state_root_(std::move(state_root)) {}

    // What has to be looked at again; names are valid during the call.
    struct listener {
        virtual void record_changed(std::string_view name) = 0;     // supervise/status
        virtual void definition_changed(std::string_view name) = 0; // kind, flags, relations, or all of it
        virtual void program_changed(std::string_view name) = 0;    // run or start has another content
        virtual void tree_changed() = 0;                            // .svscan/tree
        virtual void overflowed() = 0;                              // all of the above
        virtual ~listener() = default;
    };

    // Begins to watch the scan directory and .svscan, not yet what is in it. Where the kernel gives no descriptor or no
    // watch for it that is no failure: see is_short(). Again: tries once more what could not be had.
    chainload::result<void> open();
    int fd() const { return fd_.get(); } // -1: there was none to be had

    // Watches NAME and what it has below, if it is a directory; again: what has appeared since.
    void watch(const std::string& name);
    // Forgets names for which keep(name) is false.
    template <class Keep>
    void keep_only(Keep&& keep) {
        std::vector<std::string> gone;
        for (const auto& [name, number] : numbers_)
            if (!keep(name)) gone.push_back(name);
        for (const auto& name : gone) unwatch(name);
    }
    // True if a watch could not be had since the last open() (fs.inotify.max_user_watches, or max_user_instances if there
    // is no descriptor at all): then changes may go unseen.
    bool is_short() const { return short_; }

    // Reads what is there, and tells it. Takes memory only when directories appear.
    void read(listener& tell);

private:
    enum class kind : std::uint8_t { scan, own, service, relation, state, state_root };
    struct target {
        int watch;
        std::uint32_t number; // whose: an index of names_
        kind what;
    };
    static constexpr std::uint32_t nobody = ~std::uint32_t{0};

    void unwatch(const std::string& name);
    bool add(const char* path, std::uint32_t number, kind what);
    void look_below(const std::string& name, std::uint32_t number);
    void watch_own();
    void in_scan(std::string_view entry, std::uint32_t mask, listener& tell);
    void in_service(std::uint32_t number, std::string_view entry, std::uint32_t mask, listener& tell);

    void in_state_root(std::string_view entry, std::uint32_t mask, listener& tell);

    chainload::unique_fd fd_;
    std::string state_root_;
    std::vector<target> targets_; // by watch; two names can lead to one directory, which has one watch
    std::vector<std::string> names_;
    std::unordered_map<std::string, std::uint32_t> numbers_;
    std::vector<std::uint32_t> free_;
    bool short_ = false;
};

} // namespace reeve::depengine
