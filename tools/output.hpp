// What a tool prints on stdout: gathered in a fixed buffer, so that a report is one write, flushed when full.
#pragma once

#include "chainload/file.hpp"
#include "chainload/text.hpp"

namespace reeve::tools {

class output {
public:
    output() = default;
    output(const output&) = delete;
    output& operator=(const output&) = delete;
    ~output() { flush(); }

    output& add(std::string_view text) {
        while (text.size() > sizeof buffer_ - size_) {
            std::size_t fits = sizeof buffer_ - size_;
            std::memcpy(buffer_ + size_, text.data(), fits);
            size_ += fits;
            text.remove_prefix(fits);
            flush();
        }
        if (!text.empty()) std::memcpy(buffer_ + size_, text.data(), text.size());
        size_ += text.size();
        return *this;
    }
    output& add(const char* text) { return add(std::string_view(text)); }
    template <std::integral Number>
    requires(!std::same_as<Number, char> && !std::same_as<Number, bool>) output& add(Number number) {
        return add(chainload::text_buffer<24>(number).view());
    }
    template <std::size_t N>
    output& add(const chainload::text_buffer<N>& text) {
        return add(text.view());
    }

    // A reader that went away is nobody's concern here: daemontools ignores it too.
    void flush() {
        (void)chainload::write_all(STDOUT_FILENO, {buffer_, size_});
        size_ = 0;
    }

private:
    char buffer_[4096];
    std::size_t size_ = 0;
};

} // namespace reeve::tools
