// unix-listen [-t stream|dgram|seqpacket] [-b BACKLOG] [-m MODE] [-o ACCOUNT] [-n NAME] PATH PROGRAM …: makes a unix
// socket at PATH, or "@NAME" in the abstract name space, and hands it on as one of the listening descriptors.
#include "chainload/helpers/sockets/helpers.hpp"
#include "chainload/helpers/sockets/listeners.hpp"
#include "chainload/helpers/sockets/unix_socket.hpp"
#include "chainload/number.hpp"
#include "chainload/option_reader.hpp"

namespace reeve::chainload {

namespace {
struct socket_type {
    std::string_view name;
    int type;
};
constexpr socket_type types[] = {
    {"stream", SOCK_STREAM}, {"dgram", SOCK_DGRAM}, {"seqpacket", SOCK_SEQPACKET}};

int parse_type(std::string_view name) {
    for (const auto& one : types)
        if (one.name == name) return one.type;
    return -1;
}
} // namespace

next run_unix_listen(char** arguments, process& self) {
    int type = SOCK_STREAM;
    unsigned backlog = SOMAXCONN;
    std::string_view name = "unix";
    node_rights rights;
    option_reader options(arguments, "t:b:m:o:n:");
    while (char option = options.next()) {
        if (option == option_reader::problem) return self.wrong_usage(options.complaint().view());
        if (auto wrong = read_node_right(option, options.value(), rights, self)) return *wrong;
        if (option == 'n') name = options.value();
        if (option == 't') type = parse_type(options.value());
        if (option == 'b') {
            auto number = parse_number<std::uint16_t>(options.value());
            if (!number) return self.wrong_usage("-b: a number up to 65535\n");
            backlog = *number;
        }
    }
    if (type < 0) return self.wrong_usage("-t: stream, dgram or seqpacket\n");
    if (!is_listener_name(name)) return self.wrong_usage("-n: printable characters other than ':'\n");
    char** rest = options.rest();
    if (rest[0] == nullptr || rest[1] == nullptr) return self.wrong_usage();
    auto address = parse_unix_address(rest[0]);
    if (!address) return self.fatal("a socket's path has 1 to ", longest_socket_path, " bytes: ", rest[0]);
    if (address->is_abstract() && (rights.mode || rights.of))
        return self.fatal("an abstract socket has neither mode nor owner: ", rest[0]);

    listeners given(self);
    if (!given.has_room()) return given.problem();
    auto fd = bind_unix_socket(*address, type, rights);
    if (!fd) return self.unable(fd.why().error, fd.why().step, " ", rest[0]);
    if (type != SOCK_DGRAM && ::listen(fd->get(), static_cast<int>(backlog)) < 0)
        return self.unable(errno, "listen on ", rest[0]);
    return given.add(std::move(*fd), name, rest + 1);
}

} // namespace reeve::chainload
