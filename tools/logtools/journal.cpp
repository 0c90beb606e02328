#include "tools/logtools/journal.hpp"

#include "chainload/file.hpp"

#include <algorithm>
#include <cstring>
#include <sys/mman.h>
#include <sys/stat.h>

namespace reeve::logtools {

namespace {
constexpr std::array<char, 8> magic{'r', 'e', 'e', 'v', 'e', 'l', 'o', '1'};
constexpr std::size_t page_size = 4096;

// Tells a part of the input from what follows it; the ends are enough for that.
std::uint64_t fingerprint_of(std::span<const char> bytes) {
    constexpr std::size_t most = 2048;
    std::uint64_t sum = 14695981039346656037U ^ bytes.size();
    auto add = [&](std::span<const char> part) {
        while (!part.empty()) {
            std::uint64_t word = 0;
            std::size_t size = std::min(part.size(), sizeof word);
            std::memcpy(&word, part.data(), size);
            sum = (sum ^ word) * 1099511628211U;
            sum ^= sum >> 29;
            part = part.subspan(size);
        }
    };
    add(bytes.first(std::min(most, bytes.size())));
    add(bytes.last(std::min(most, bytes.size())));
    return sum;
}

// The order in which the kernel's side of a killed process sees the stores is the order of the program.
void store(std::uint64_t& word, std::uint64_t value) {
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    __atomic_store_n(&word, value, __ATOMIC_RELEASE);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

std::array<char, 36> boot_id() {
    std::array<char, 64> text{};
    std::array<char, 36> id{};
    auto read = chainload::read_whole_at(AT_FDCWD, "/proc/sys/kernel/random/boot_id", text);
    if (read && read->size() >= id.size()) std::copy_n(text.begin(), id.size(), id.begin());
    return id;
}

// Its blocks are allocated: a mapped page that finds the disk full would be a SIGBUS.
void* map_file(int directory) {
    auto fd = chainload::open_at(directory, "pending", O_RDWR | O_CREAT | O_NONBLOCK, 0600);
    if (!fd) return MAP_FAILED;
    struct stat info {};
    if (::fstat(fd->get(), &info) < 0 || !S_ISREG(info.st_mode)) return MAP_FAILED;
    if (info.st_size != page_size) {
        static constexpr std::array<char, page_size> empty{};
        if (::ftruncate(fd->get(), 0) < 0 || !chainload::write_all(fd->get(), empty)) return MAP_FAILED;
    }
    if (::posix_fallocate(fd->get(), 0, page_size) != 0) return MAP_FAILED;
    return ::mmap(nullptr, page_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd->get(), 0);
}
} // namespace

void journal::open(int directory, const script& words, const input& from) {
    void* at = directory >= 0 && from.is_pipe() ? map_file(directory) : MAP_FAILED;
    mapped_ = at != MAP_FAILED;
    if (!mapped_) {
        alignas(page_size) static page own;
        at = &own;
    }
    page_ = static_cast<page*>(at);
    auto boot = boot_id();
    inherited_ =
        page_->magic == magic && page_->boot == boot && page_->script == words.hash && boot[0] != '\0';
    if (inherited_) return;
    page_->magic = {};
    store(page_->word, 0);
    page_->boot = boot;
    page_->script = words.hash;
    page_->states = {};
    page_->positions = {};
}

legacy journal::look_back(const input& from) {
    bool same = page_->device == from.device() && page_->inode == from.inode();
    page_->device = from.device();
    page_->inode = from.inode();
    page_->magic = magic;
    if (!inherited_) return legacy::none;
    if (!same) {
        store(page_->word, page_->word & 1);
        return legacy::elsewhere;
    }
    return (page_->word & 2) == 0 ? legacy::complete : legacy::repeat;
}

bool journal::is_in_flight(std::span<const char> bytes) const {
    return bytes.size() >= in_flight() && fingerprint_of(bytes.first(in_flight())) == page_->fingerprint;
}

void journal::adopt() {
    store(page_->word, (page_->word & 1) ^ 1);
}

line_state& journal::next_state() {
    line_state& next = page_->states[(page_->word & 1) ^ 1];
    const line_state& now = state();
    next.at = now.at;
    next.ends = now.ends;
    next.size = now.size;
    next.drained = now.drained;
    next.chosen = now.chosen;
    std::memcpy(next.held.data(), now.held.data(), now.size);
    return next;
}

void journal::begin(std::span<const char> bytes, const stamp_text& stamp) {
    page_->fingerprint = fingerprint_of(bytes);
    page_->stamp = stamp;
    store(page_->word, (page_->word & 1) | 2 | static_cast<std::uint64_t>(bytes.size()) << 2);
}

void journal::commit() {
    adopt();
}

void journal::release() {
    if (mapped_) ::madvise(page_, page_size, MADV_DONTNEED); // of a shared mapping: it stays in the file
}

void journal::close() {
    page_->magic = {};
}

} // namespace reeve::logtools
