// What the application asks others for: the number of visits (kept in redis) and texts it would have to work out
// again (kept in memcached).
//
// Each call is one short connection to a server on this machine that speaks in lines. A server that is not there, or
// does not answer within a second, is "nothing": that is an ordinary answer here, because a supervisor may be
// restarting it at this very moment. Nothing is kept between calls, so nothing can be stale after such a restart.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace visit_counter {

// redis protocol, inline commands: https://redis.io/docs/reference/protocol-spec/
class visits {
public:
    explicit visits(std::string port)
        : port_(std::move(port)) {}

    bool there() const;
    std::optional<std::uint64_t> count_one() const; // the number of visits, this one included

private:
    std::string port_;
};

// memcached's text protocol: protocol.txt of its documentation. Keys are words of ours.
class cache {
public:
    explicit cache(std::string port)
        : port_(std::move(port)) {}

    std::optional<std::string> get(std::string_view key) const;
    void keep(std::string_view key, std::string_view text) const; // for a minute, or not at all

private:
    std::string port_;
};

} // namespace visit_counter
