#include "tools/svctl/unpack_zstd.hpp"

#include "chainload/file.hpp"

#include <memory>
#include <sys/mman.h>
#include <vector>
#include <zstd.h>

namespace reeve::svctl {

chainload::unique_fd unpack_zstd(int fd) {
    chainload::unique_fd unpacked(::memfd_create("log", MFD_CLOEXEC));
    std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
    if (!unpacked || !context) return {};
    std::vector<char> in(ZSTD_DStreamInSize()), out(ZSTD_DStreamOutSize());
    for (;;) {
        ssize_t got = ::read(fd, in.data(), in.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        ZSTD_inBuffer from{in.data(), static_cast<std::size_t>(got), 0};
        bool more = true;
        while (from.pos < from.size || more) {
            ZSTD_outBuffer to{out.data(), out.size(), 0};
            std::size_t left = ZSTD_decompressStream(context.get(), &to, &from);
            if (!chainload::write_all(unpacked.get(), {out.data(), to.pos})) return {};
            if (ZSTD_isError(left) != 0) {
                ::lseek(unpacked.get(), 0, SEEK_SET);
                return unpacked;
            }
            more = to.pos == to.size;
        }
    }
    ::lseek(unpacked.get(), 0, SEEK_SET);
    return unpacked;
}

} // namespace reeve::svctl
