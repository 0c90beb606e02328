// Reads the definitions of a scan directory, through a source that tests can replace: names in, definitions and
// diagnostics out. All problems are found at once, and one service's problem is never another's.
#pragma once

#include "chainload/result.hpp"
#include "depengine/definition.hpp"

#include <functional>
#include <map>

namespace reeve::depengine {

// Where definitions come from. Paths are relative to the scan directory.
class definition_source {
public:
    virtual ~definition_source() = default;
    // The names in a directory, in any order. ENOENT and ENOTDIR: there is no such directory.
    virtual chainload::result<std::vector<std::string>> list(const std::string& directory) const = 0;
    // The first `most` bytes of a file.
    virtual chainload::result<std::string> read(const std::string& file, std::size_t most) const = 0;
};

struct catalogue {
    std::map<std::string, definition> services; // by name; std::map: the order is that of the names
    std::vector<diagnostic> problems;
};

// All services. An error only if the scan directory itself cannot be read. A directory that vanishes while it is
// read is no service; a service whose definition cannot be read whole keeps what `before` has, if it is there.
chainload::result<catalogue> read_catalogue(const definition_source& source,
                                            const catalogue* before = nullptr);

// One service; its problems are added. Nothing if the name is none of a service (any more).
std::optional<definition> read_definition(const definition_source& source, const std::string& name,
                                          const definition* before, std::vector<diagnostic>& problems);

} // namespace reeve::depengine
