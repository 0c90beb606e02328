// .depengine/socket: clients come and go, send lines and are sent lines (depengine-protocol(7)). It keeps every client
// within bounds: 64 of them, a line of 64 KiB, one request at a time, and what they do not read. One client's trouble,
// no memory included, ends that client only.
#pragma once

#include "chainload/result.hpp"
#include "chainload/unique_fd.hpp"
#include "depengine/loop.hpp"
#include "depengine/protocol.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace reeve::depengine {

using client = std::uint64_t; // never used twice

struct peer {
    pid_t pid = 0;
    uid_t user = 0;
    std::string text() const; // "uid 0, pid 4711"
};

class request_socket {
public:
    // Who does what clients ask for.
    struct listener {
        // `from` waits until answered(); another client's request may come meanwhile.
        virtual void ask(client from, const peer& who, const message& what) = 0;
        virtual void gone(client who) = 0;
        virtual ~listener() = default;
    };

    request_socket(loop& in, listener& tell)
        : loop_(in)
        , tell_(tell) {}
    ~request_socket();

    // Listens at `socket` of the directory, mode 0600, or 0660 with `group`. One that is there already is replaced:
    // who holds the directory's lock calls this.
    chainload::result<void> open(int directory, std::optional<gid_t> group);

    // A line without its newline. One that is `droppable` is not kept for who does not read: the client is dropped.
    void send(client to, std::string_view line, bool droppable);
    // The client's request is answered: its next one may come.
    void answered(client who);
    // Its last line is on its way; then it is closed.
    void end(client who);

private:
    struct session {
        chainload::unique_fd fd;
        peer who;
        std::string in, out;
        std::size_t sent = 0;     // of `out`
        bool busy = false;        // its request is being served
        bool input_ended = false; // it has shut down its side
        bool closing = false;     // nothing more is read; it is closed once `out` is written
        bool writing = false;     // waits until it can be written to
        bool broken = false;      // to be dropped
    };

    void accept();
    void welcome(client number, chainload::unique_fd fd);
    void read(client who);
    void next_line(client who);
    void complain(client who, std::string_view text);
    void write(client who);
    void go_on(client who);
    void drop(client who);
    session* find(client who);
    // Runs what concerns one client; whatever goes wrong in it ends that client.
    template <class Work>
    void guarded(client who, Work&& work);

    loop& loop_;
    listener& tell_;
    chainload::unique_fd listening_;
    std::map<client, std::unique_ptr<session>> sessions_;
    client last_ = 0;
};

} // namespace reeve::depengine
