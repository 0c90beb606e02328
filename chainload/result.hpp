// result<T>: a value, or which step failed and with what errno.
//
// Lean code has no exceptions. A failure names the step ("open supervise/lock") as a literal, so that main,
// the one place that prints, can say "PROGRAM: fatal: unable to STEP: REASON" without building strings.
#pragma once

#include <cerrno>
#include <optional>
#include <utility>

namespace reeve::chainload {

struct [[nodiscard]] failure {
    int error = 0;         // errno
    const char* step = ""; // static text that completes "unable to …"
};

// The current errno as a failure of `step`.
inline failure failed(const char* step) {
    return {errno, step};
}

template <class T>
class [[nodiscard]] result {
public:
    result(T value)
        : value_(std::move(value)) {}
    result(failure why)
        : failure_(why) {}

    explicit operator bool() const { return value_.has_value(); }
    T& operator*() { return *value_; }
    const T& operator*() const { return *value_; }
    T* operator->() { return &*value_; }
    const T* operator->() const { return &*value_; }
    const failure& why() const { return failure_; }

private:
    std::optional<T> value_;
    failure failure_;
};

template <>
class [[nodiscard]] result<void> {
public:
    result() = default;
    result(failure why)
        : failure_(why)
        , ok_(false) {}

    explicit operator bool() const { return ok_; }
    const failure& why() const { return failure_; }

private:
    failure failure_;
    bool ok_ = true;
};

} // namespace reeve::chainload
