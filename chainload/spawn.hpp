// Starting a process: the child is made with vfork, so it costs no copy of the parent, and a failure on the
// way to exec is reported to the parent as the step that failed, told apart from any exit code.
#pragma once

#include "chainload/result.hpp"

#include <sys/types.h>
#include <type_traits>

namespace reeve::chainload {

// Runs body(argument) in a vfork'ed child. The body execs, and returns only the failure that kept it from it.
//
// The child borrows the parent's memory while the parent waits, so the body must not allocate, must not
// unwind past its caller, and what it writes the parent sees. The caller has all signals blocked with default
// dispositions (signals.hpp); the body empties the mask right before exec.
// The result is the pid, or the failure of vfork itself or of the body (whose child is already reaped).
result<pid_t> spawn_child(failure (*body)(void*), void* argument);

template <class Body>
result<pid_t> spawn_child(Body&& body) {
    using plain = std::remove_reference_t<Body>;
    return spawn_child([](void* self) { return (*static_cast<plain*>(self))(); }, &body);
}

// For a parent with a great many descriptors, of which a plain child would copy the whole table: as spawn_child, but
// the child shares the parent's table until it calls keep_descriptors_below, which must be the first thing it does.
result<pid_t> spawn_child_sharing_descriptors(failure (*body)(void*), void* argument);

template <class Body>
result<pid_t> spawn_child_sharing_descriptors(Body&& body) {
    using plain = std::remove_reference_t<Body>;
    return spawn_child_sharing_descriptors([](void* self) { return (*static_cast<plain*>(self))(); }, &body);
}

// The calling process gets a table of its own with the descriptors below `first`; on kernels before 5.9 with all.
result<void> keep_descriptors_below(int first);

} // namespace reeve::chainload
