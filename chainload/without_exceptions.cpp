// What libstdc++'s headers call when a precondition is broken (string_view::substr beyond the end, optional::value
// of nothing). The lean programs are linked without the C++ run-time library that has these, and without exceptions,
// so there a broken precondition ends the program at once, at the place where it happened.
//
// Only for musl: every other build has the run-time library.
#include <cstdlib> // defines __GLIBC__ where it is glibc

#ifndef __GLIBC__
namespace std {
[[noreturn, gnu::weak]] void __throw_out_of_range_fmt(const char*, ...);
[[noreturn, gnu::weak]] void __throw_length_error(const char*);
[[noreturn, gnu::weak]] void __throw_logic_error(const char*);

void __throw_out_of_range_fmt(const char*, ...) {
    __builtin_trap();
}
void __throw_length_error(const char*) {
    __builtin_trap();
}
void __throw_logic_error(const char*) {
    __builtin_trap();
}
} // namespace std
#endif
