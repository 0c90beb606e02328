// Where things are: the scan directory, svscan's own directory in it, and the state directory of each supervise.
// All paths are relative to the scan directory, which is svscan's working directory too.
//
// svscan's own files (lock, control, tree, exit-code) are in SCANDIR/.svscan; if that cannot be written and there is
// a STATE_ROOT, they are in STATE_ROOT/.svscan. Scripts and settings are always read from SCANDIR/.svscan.
#pragma once

#include "chainload/text.hpp"
#include "chainload/unique_fd.hpp"
#include "supervise/status_record.hpp"
#include "svscan/tree_events.hpp"

#include <climits>
#include <functional>
#include <string>

namespace reeve::svscan {

using path_text = chainload::text_buffer<PATH_MAX>;

// What is known of one name by looking at it.
struct look_result {
    sight what;
    std::int64_t changed_ms = 0; // the directory itself, by the clock of filesystems (file_time_ms)
};

// A supervise as the paths need it.
struct place {
    std::string_view name; // or an absolute path, of a directory that was renamed
    side which = side::main;
    bool aside = false; // its state is in STATE_ROOT, and the service directory could not be made to say so
    bool catch_all() const { return name == catch_all_name; }
};

class places {
public:
    // Changes into `scan_dir`. `state_root` may be empty; it is created if its parent is there.
    static chainload::result<places> open(const char* scan_dir, const std::string& state_root);

    int scan() const { return scan_.get(); }
    int own() const { return own_.get(); }
    bool own_is_aside() const { return own_is_aside_; }
    const std::string& state_root() const { return state_root_; }

    look_result look(const char* name) const;
    // Calls visit(name) for each name that may be a service; "." names are left out.
    chainload::result<void> list(const std::function<void(const char*)>& visit) const;
    chainload::result<bool> has_engine() const;

    // NAME/supervise, NAME/log/supervise, or the directory below STATE_ROOT.
    path_text state_of(const place& where) const;
    path_text definition_of(const place& where) const;
    path_text aside_state_of(const place& where) const;
    // The status record there. ENOENT: it never ran.
    chainload::result<supervise::status_record> read_record(const place& where) const;

    // Whether a supervise holds the lock there: also one that has not written a record yet.
    bool is_locked(const place& where) const;

    // Makes the state directory (mode 0700; a dangling symlink's target is made) and the control FIFO, and opens
    // that for reading and writing. Sets where.aside if the state is to be passed to supervise with -s, and then
    // `trouble` to why NAME/supervise could not be made.
    chainload::result<chainload::unique_fd> open_control(place& where, chainload::failure& trouble) const;

private:
    chainload::result<chainload::unique_fd> open_control_in(const char* state) const;
    chainload::result<void> link_state(const place& where) const;

    chainload::unique_fd scan_, own_;
    std::string state_root_;
    bool own_is_aside_ = false;
};

} // namespace reeve::svscan
