#include "tools/logtools/line_feed.hpp"

#include "tools/logtools/pattern.hpp"

#include <algorithm>

namespace reeve::logtools {

using stage = line_state::stage;

namespace {
// `size` bytes and up to 31 more: both sides have so much slack. Shorter than a call of memcpy for most lines.
inline void copy_line(char* to, const char* from, std::size_t size) {
    if (size > 256) {
        std::memcpy(to, from, size);
        return;
    }
    for (std::size_t i = 0; i < size; i += 32) std::memcpy(to + i, from + i, 32);
}
} // namespace

bool line_feed::must_stop() const {
    return std::any_of(logs_.begin(), logs_.end(), [](const log_buffer& log) {
        return log.wants_rotation() || log.fill == log.capacity;
    });
}

void line_feed::begin_line(const stamp_text& stamp, line_state& state) const {
    std::memcpy(state.held.data(), stamp.bytes.data(), stamp_text::room);
    state.size = static_cast<std::uint16_t>(stamp.size);
    state.drained = 0;
    state.ends = false;
    if (!words_.simple()) {
        state.at = stage::held;
        return;
    }
    state.chosen = static_cast<std::uint32_t>((std::uint64_t{1} << logs_.size()) - 1);
    state.at = stamp.size > 0 ? stage::draining : stage::passing;
}

// Until the line ends, or as much is there as patterns see.
std::size_t line_feed::hold(std::span<const char> bytes, line_state& state) {
    std::size_t wanted = std::min(bytes.size(), matched_bytes - state.size);
    const void* newline = std::memchr(bytes.data(), '\n', wanted);
    std::size_t part = newline == nullptr
                           ? wanted
                           : static_cast<std::size_t>(static_cast<const char*>(newline) - bytes.data());
    std::memcpy(state.held.data() + state.size, bytes.data(), part);
    state.size = static_cast<std::uint16_t>(state.size + part);
    if (newline != nullptr) {
        decide(state, true);
        return part + 1;
    }
    if (state.size == matched_bytes) decide(state, false);
    return part;
}

void line_feed::decide(line_state& state, bool ends) {
    if (state.at == stage::between) return;
    if (state.at == stage::passing) {
        if (!ends) return;
        state.size = state.drained = 0;
    } else if (state.at == stage::held) {
        std::string_view line(state.held.data(), state.size);
        bool selected = true;
        state.chosen = 0;
        for (const action& one : words_.all_actions()) {
            switch (one.kind) {
            case action_kind::deselect: selected = selected && !matches(one.text, line); break;
            case action_kind::select: selected = selected || matches(one.text, line); break;
            case action_kind::alert:
                if (selected) effects_.alert(line);
                break;
            case action_kind::status_file:
                if (selected) effects_.show_status(one.index, line);
                break;
            case action_kind::log:
                if (selected) state.chosen |= std::uint32_t{1} << one.index;
                break;
            }
        }
    }
    if (ends) state.held[state.size++] = '\n';
    state.ends = ends;
    state.at = stage::draining;
}

// As much of what is held as every log that gets it has room for. True once all is out.
bool line_feed::drain(line_state& state) {
    while (state.drained < state.size && state.chosen != 0) {
        std::size_t part = static_cast<std::size_t>(state.size - state.drained);
        for (std::size_t i = 0; i < logs_.size(); ++i)
            if ((state.chosen >> i & 1) != 0) part = std::min(part, logs_[i].room());
        if (part == 0) return false;
        std::span<const char> text(state.held.data() + state.drained, part);
        for (std::size_t i = 0; i < logs_.size(); ++i)
            if ((state.chosen >> i & 1) != 0) logs_[i].put(text);
        state.drained = static_cast<std::uint16_t>(state.drained + part);
        if (state.drained < state.size && must_stop()) return false;
    }
    state.at = state.ends ? stage::between : stage::passing;
    return true;
}

std::size_t line_feed::pass(std::span<const char> bytes, line_state& state) {
    std::size_t part = bytes.size();
    for (std::size_t i = 0; i < logs_.size(); ++i)
        if ((state.chosen >> i & 1) != 0) part = std::min(part, logs_[i].room());
    if (part == 0) return 0;
    const void* newline = std::memchr(bytes.data(), '\n', part);
    if (newline != nullptr) {
        part = static_cast<std::size_t>(static_cast<const char*>(newline) - bytes.data()) + 1;
        state.at = stage::between;
    }
    for (std::size_t i = 0; i < logs_.size(); ++i)
        if ((state.chosen >> i & 1) != 0) logs_[i].put(bytes.first(part));
    return part;
}

// The common case: one log that gets every line, lines that are whole and fit. Stops where one does not.
std::size_t line_feed::pass_lines(std::span<const char> bytes, const stamp_text& stamp) {
    log_buffer& log = logs_[0];
    const char* const begin = bytes.data();
    const char* const end = begin + bytes.size();
    const char* at = begin;
    char* const first = log.data + log.fill;
    char* to = first;
    // Neither the buffer's end nor the bytes from which on a newline ends the file are reached here.
    std::uint64_t before_rotation = log.size - std::min(log.size, log.bytes + 2000);
    char* const last = first + std::min<std::uint64_t>(log.capacity - log.fill, before_rotation);
    while (at < end) {
        const void* newline = std::memchr(at, '\n', static_cast<std::size_t>(end - at));
        if (newline == nullptr) break;
        std::size_t size = static_cast<std::size_t>(static_cast<const char*>(newline) - at) + 1;
        if (stamp.size + size >= static_cast<std::size_t>(last - to)) break;
        std::memcpy(to, stamp.bytes.data(), stamp_text::room);
        to += stamp.size;
        // Near the end of the input there may be nothing to read behind the line.
        if (end - at >= 288)
            copy_line(to, at, size);
        else
            std::memcpy(to, at, size);
        to += size;
        at += size;
    }
    log.fill += static_cast<std::size_t>(to - first);
    log.bytes += static_cast<std::uint64_t>(to - first);
    log.at_newline = log.at_newline || to > first;
    return static_cast<std::size_t>(at - begin);
}

std::size_t line_feed::feed(std::span<const char> bytes, const stamp_text& stamp, line_state& state) {
    std::size_t taken = 0;
    bool fast = words_.simple() && logs_.size() == 1;
    for (;;) {
        if (state.at == stage::draining && !drain(state)) return taken;
        if (must_stop() || taken == bytes.size()) return taken;
        auto rest = bytes.subspan(taken);
        switch (state.at) {
        case stage::between:
            if (fast && (taken += pass_lines(rest, stamp)) == bytes.size()) return taken;
            begin_line(stamp, state);
            break;
        case stage::held: taken += hold(rest, state); break;
        case stage::passing: taken += pass(rest, state); break;
        case stage::draining: break;
        }
    }
}

} // namespace reeve::logtools
