#include "tools/logtools/compressor.hpp"

#include "chainload/directory.hpp"
#include "chainload/file.hpp"
#include "chainload/message.hpp"
#include "chainload/signals.hpp"
#include "chainload/text.hpp"
#include "tools/logtools/old_name.hpp"

#include <csignal>
#include <cstdio>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <zstd.h>
#include <zstd_errors.h>

namespace reeve::logtools {

namespace {
using chainload::failed;
using chainload::open_at;
using chainload::result;
using file_name = chainload::text_buffer<64>;

constexpr const char* unfinished = "compressing";
constexpr std::size_t piece = 128 * 1024;
alignas(4096) char input_piece[piece], output_piece[piece];

result<void> compress(int from, int to, int level, std::uint64_t size) {
    ZSTD_CCtx* context = ZSTD_createCCtx();
    if (context == nullptr) return chainload::failure{ENOMEM, "compress"};
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    ZSTD_CCtx_setPledgedSrcSize(context, size);
    for (bool end = false; !end;) {
        ssize_t got = ::read(from, input_piece, piece);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed("read");
        end = got == 0;
        ZSTD_inBuffer in{input_piece, static_cast<std::size_t>(got), 0};
        for (bool more = true; more;) {
            ZSTD_outBuffer out{output_piece, piece, 0};
            std::size_t left = ZSTD_compressStream2(context, &out, &in, end ? ZSTD_e_end : ZSTD_e_continue);
            if (ZSTD_isError(left) != 0) {
                bool memory = ZSTD_getErrorCode(left) == ZSTD_error_memory_allocation;
                return chainload::failure{memory ? ENOMEM : EIO, "compress"};
            }
            if (auto written = chainload::write_all(to, {output_piece, out.pos}, "write"); !written)
                return written;
            more = end ? left != 0 : in.pos < in.size;
        }
    }
    ZSTD_freeCCtx(context);
    return {};
}

// NAME becomes NAME.zst, with its time.
result<void> replace(int directory, const char* name, const char* compressed, int level) {
    auto from = open_at(directory, name, O_RDONLY | chainload::wary, 0, "open");
    if (!from) return from.why().error == ENOENT ? result<void>{} : from.why(); // it was removed meanwhile
    struct stat info {};
    if (::fstat(from->get(), &info) < 0) return failed("look at");
    auto to = open_at(directory, unfinished, O_WRONLY | O_CREAT | O_TRUNC | chainload::wary, 0600, "create");
    if (!to) return to.why();
    auto done = compress(from->get(), to->get(), level, static_cast<std::uint64_t>(info.st_size));
    if (!done) {
        ::unlinkat(directory, unfinished, 0);
        return done;
    }
    const timespec times[] = {info.st_mtim, info.st_mtim};
    if (::futimens(to->get(), times) < 0 || ::fchmod(to->get(), 0744) < 0 || ::fsync(to->get()) < 0)
        return failed("sync");
    if (::renameat(directory, unfinished, directory, compressed) < 0) return failed("rename");
    if (::unlinkat(directory, name, 0) < 0 && errno != ENOENT) return failed("remove");
    return {};
}

bool is_complete(std::string_view name) {
    return name.size() == label_size + 2 && is_old_name(name) && name.ends_with(".s");
}

int compress_all(int directory, int level) {
    chainload::messenger out("multilog");
    for (;;) {
        file_name oldest;
        ::lseek(directory, 0, SEEK_SET);
        (void)chainload::list_directory(directory, [&](std::string_view name, chainload::entry_type) {
            if (!is_complete(name) || (!oldest.view().empty() && name > oldest.view())) return;
            oldest.clear();
            oldest.add(name);
        });
        if (oldest.view().empty()) return 0;
        file_name compressed(oldest.view(), ".zst");
        struct stat info {};
        // There is the compressed one, so that is whole: killed before the last step.
        bool only_remove = ::fstatat(directory, compressed.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
        auto done =
            only_remove ? result<void>{} : replace(directory, oldest.c_str(), compressed.c_str(), level);
        if (only_remove && ::unlinkat(directory, oldest.c_str(), 0) < 0) done = failed("remove");
        if (!done) {
            chainload::text_buffer<128> what("old file ", oldest.view());
            out.unable(chainload::level::warning, done.why(), what.view());
            return 1;
        }
    }
}

// In the child: it must not outlive the parent, whose successor starts its own, nor hold its lock and its input.
[[noreturn]] void become_compressor(int directory, int level, pid_t parent) {
    constexpr int own = 3;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    chainload::default_all_signals();
    chainload::unblock_all_signals();
    // A description of its own: the place in the directory is not shared with the parent's.
    int fd = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || ::dup2(fd, own) < 0) ::_exit(1);
    ::close_range(own + 1, ~0U, 0);
    ::close(STDIN_FILENO);
    ::close(STDOUT_FILENO);
    ::setpriority(PRIO_PROCESS, 0, 10);
    ::_exit(compress_all(own, level));
}
} // namespace

void compressor::start(int directory, int level) {
    wanted_ = true;
    if (child_ > 0) return;
    pid_t parent = ::getpid(), child = ::fork();
    if (child == 0) become_compressor(directory, level, parent);
    if (child < 0) return; // the next rotation tries again
    child_ = child;
    wanted_ = false;
}

bool compressor::ended(pid_t child) {
    if (child != child_) return false;
    child_ = 0;
    return true;
}

} // namespace reeve::logtools
