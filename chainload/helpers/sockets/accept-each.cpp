// accept-each [-c LIMIT] [-C PERCLIENT] [-x RULES] [-f FD|NAME] [-l LOCALNAME] [-v1w] PROGRAM …: runs PROGRAM for each
// connection to the listening descriptors, with the connection as its standard input and output (UCSPI, as tcpserver).
#include "chainload/helpers/sockets/connection_server.hpp"
#include "chainload/helpers/sockets/helpers.hpp"
#include "chainload/number.hpp"
#include "chainload/option_reader.hpp"

namespace reeve::chainload {

namespace {
constexpr unsigned most_connections = 65536, longest_local_name = 255;
}

next run_accept_each(char** arguments, process& self) {
    server_options wanted;
    option_reader options(arguments, "c:C:x:f:l:v1w");
    while (char option = options.next()) {
        switch (option) {
        case 'c':
        case 'C': {
            auto number = parse_number<unsigned>(options.value());
            if (!number || *number == 0 || *number > most_connections)
                return self.wrong_usage(text_buffer<64>("-", option, ": a number from 1 to 65536\n").view());
            (option == 'c' ? wanted.limit : wanted.per_client) = *number;
            break;
        }
        case 'x': wanted.rules = options.value(); break;
        case 'f': wanted.listener = options.value(); break;
        case 'l': wanted.local_name = options.value(); break;
        case 'v': wanted.verbose = true; break;
        case '1': wanted.announce = true; break;
        case 'w': wanted.wait_at_end = true; break;
        default: return self.wrong_usage(options.complaint().view());
        }
    }
    if (*options.rest() == nullptr) return self.wrong_usage();
    if (wanted.local_name.size() > longest_local_name)
        return self.wrong_usage("-l: a name of up to 255 bytes\n");
    return connection_server(self, options.rest(), wanted).run();
}

} // namespace reeve::chainload
