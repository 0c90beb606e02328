// Definitions as they are on disk, below a descriptor of the scan directory.
#pragma once

#include "depengine/catalogue.hpp"

namespace reeve::depengine {

class directory_source : public definition_source {
public:
    // `scan` is open for reading and must outlive this.
    explicit directory_source(int scan)
        : scan_(scan) {}
    chainload::result<std::vector<std::string>> list(const std::string& directory) const override;
    chainload::result<std::string> read(const std::string& file, std::size_t most) const override;

private:
    int scan_;
};

} // namespace reeve::depengine
