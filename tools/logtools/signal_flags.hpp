// The signals that multilog takes, as flags that its loop looks at. They are let in while it works, so that a busy input
// does not keep them out, and kept out between looking at the flags and sleeping.
#pragma once

#include <csignal>

namespace reeve::logtools {

class signal_flags {
public:
    static void install();
    static bool ending() { return ending_ != 0; }
    // Each of these is true once for any number of signals.
    static bool take_rotation();
    static bool take_child();
    // Nothing came that is still to be looked at. To be asked while the signals are kept out.
    static bool quiet() { return rotation_ == 0 && child_ == 0; }
    static void keep_out();
    static void let_in();
    static const sigset_t& while_asleep() { return none_; }

private:
    static void note(int signal);
    static volatile sig_atomic_t ending_, rotation_, child_;
    static sigset_t taken_, none_;
};

} // namespace reeve::logtools
