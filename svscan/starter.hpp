// Becomes the parent of supervises: which program that is, what it is started with, and with which descriptors.
// A supervise gets a session of its own, so a terminal's interrupt reaches svscan only, and the limit of open files
// that svscan was started with.
#pragma once

#include "chainload/hex.hpp"
#include "chainload/result.hpp"
#include "chainload/unique_fd.hpp"
#include "supervise/status_record.hpp"

#include <string>
#include <sys/resource.h>

namespace reeve::svscan {

struct supervise_arguments {
    const char* directory; // NAME or NAME/log, relative to the scan directory
    const char* state;     // for -s; null: supervise/ in the directory
    bool wait_for_engine;  // -e
    int input, output;     // become 0 and 1; -1: stay
};

class starter {
public:
    // Finds supervise beside this program, else by PATH; raises the limit of open files.
    starter();

    void use_tree(const supervise::tree_id& id);
    chainload::result<pid_t> start(const supervise_arguments& with);

    // A script of .svscan/, in a session of its own. `path` is relative to the working directory.
    chainload::result<pid_t> run_script(const char* path) const;
    // Becomes `path`, with one argument or null. Returns only on failure.
    chainload::failure become_script(const char* path, const char* argument) const;

    // Descriptors from this number on are left for what is not a service.
    int first_reserved_fd() const { return first_reserved_fd_; }

private:
    // A descriptor with a low number. A child keeps only those: the table of one per service is not copied.
    struct low_place {
        chainload::unique_fd fd;
        int rest = -1; // /dev/null, which it is while nothing is in it
        bool put(int what) const;
        void clear() const;
    };
    void find_supervise();
    void take_low_places();
    void restore_limit() const;

    chainload::unique_fd null_;
    low_place input_, output_;
    std::string supervise_;
    std::string tree_text_;
    rlimit files_at_start_{};
    bool limit_raised_ = false;
    int first_reserved_fd_ = 0;
};

} // namespace reeve::svscan
