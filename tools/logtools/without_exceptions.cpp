// What libstdc++'s headers call when a precondition is broken (string_view::substr beyond the end). The program has no
// exceptions, and the run-time library's own versions would bring their whole machinery, with memory for it, into each
// of many loggers: here a broken precondition ends the program at once.
#include <cstdlib>

extern "C" [[noreturn]] void __cxa_pure_virtual();

namespace std {
[[noreturn]] void __throw_out_of_range_fmt(const char*, ...);
[[noreturn]] void __throw_length_error(const char*);
[[noreturn]] void __throw_logic_error(const char*);

void __throw_out_of_range_fmt(const char*, ...) {
    std::abort();
}
void __throw_length_error(const char*) {
    std::abort();
}
void __throw_logic_error(const char*) {
    std::abort();
}
} // namespace std

void __cxa_pure_virtual() {
    std::abort();
}
