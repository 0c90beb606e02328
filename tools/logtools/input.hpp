// Standard input. From a pipe, bytes are looked at before they are taken (tee(2) into a pipe of our own): they stay in
// the pipe, which svscan holds open, until they are in a file, so a process killed at any moment loses none of them.
// Anything else is read the ordinary way.
#pragma once

#include "chainload/result.hpp"
#include "chainload/unique_fd.hpp"

#include <span>
#include <sys/types.h>

namespace reeve::logtools {

class input {
public:
    static constexpr std::size_t block = 64 * 1024, slack = 64;

    chainload::result<void> open();
    bool is_pipe() const { return static_cast<bool>(look_out_); }
    dev_t device() const { return device_; }
    ino_t inode() const { return inode_; }

    enum class outcome { bytes, nothing, end };
    // The next bytes, up to a block of them: those that were looked at and not yet taken, else what there is now.
    // `nothing`: none for the moment. (Only what is no pipe makes this wait, for at most one byte if `one` is set.)
    chainload::result<outcome> look(std::size_t most = block);
    std::span<const char> bytes() const;
    // The first `count` of bytes() are in their files.
    chainload::result<void> take(std::size_t count);

    // Lets the pipe hold more, so that its writer can go on while we cannot.
    void grow_for_trouble() const;

    // Nothing came for a while: gives the memory back. True if there was some to give.
    void release();

private:
    chainload::unique_fd look_in_, look_out_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
    std::size_t begin_ = 0, end_ = 0;
    bool grown_ = false;
};

} // namespace reeve::logtools
