#include "tools/svctl/table.hpp"

#include "tools/svctl/display_width.hpp"

#include <algorithm>
#include <numeric>

namespace reeve::svctl {

namespace {
constexpr std::size_t gap = 2, least_cut_width = 8;

std::vector<std::size_t> natural_widths(const table& content) {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < content.columns.size(); ++i) {
        std::size_t width = display_width(content.columns[i].title);
        for (const auto& row : content.rows) width = std::max(width, display_width(row[i].text));
        widths.push_back(width);
    }
    return widths;
}

// Which columns are shown, and how wide each of them is.
struct layout {
    std::vector<std::size_t> shown, widths;

    std::size_t total() const {
        std::size_t sum = 0;
        for (std::size_t i : shown) sum += widths[i] + gap;
        return sum == 0 ? 0 : sum - gap;
    }
    void narrow(std::size_t index, std::size_t to) {
        std::size_t excess = total() > to ? total() - to : 0;
        std::size_t room = widths[index] > least_cut_width ? widths[index] - least_cut_width : 0;
        widths[index] -= std::min(excess, room);
    }
};

layout fit(const table& content, unsigned width) {
    layout plan{{}, natural_widths(content)};
    plan.shown.resize(content.columns.size());
    std::iota(plan.shown.begin(), plan.shown.end(), std::size_t{0});
    if (width == 0) return plan;
    // The last column is free text: it may shrink before anything is left out.
    layout shrunk = plan;
    if (!plan.shown.empty()) shrunk.narrow(plan.shown.back(), width);
    while (shrunk.total() > width) {
        auto rank = [&](std::size_t a, std::size_t b) {
            return content.columns[a].leave_out < content.columns[b].leave_out;
        };
        auto least = std::max_element(plan.shown.begin(), plan.shown.end(), rank);
        if (least == plan.shown.end() || content.columns[*least].leave_out == 0) break;
        plan.shown.erase(least);
        shrunk = plan;
        shrunk.narrow(plan.shown.back(), width);
    }
    if (!shrunk.shown.empty()) shrunk.narrow(shrunk.shown.front(), width);
    return shrunk;
}

void add_line(std::string& out, const table& content, const layout& plan, const std::vector<cell>& row,
              bool colours) {
    std::string line;
    std::size_t blanks = 0; // owed before the next text, so that none are left at the end
    for (std::size_t i : plan.shown) {
        std::string text = cut_to_width(row[i].text, plan.widths[i]);
        std::size_t fill = plan.widths[i] - display_width(text);
        if (content.columns[i].right) blanks += fill;
        if (!text.empty()) {
            line.append(blanks, ' ').append(paint(text, row[i].with, colours));
            blanks = 0;
        }
        blanks += gap + (content.columns[i].right ? 0 : fill);
    }
    out.append(line).append("\n");
}
} // namespace

std::string format_table(const table& content, unsigned width, bool colours) {
    layout plan = fit(content, width);
    std::string out;
    std::vector<cell> titles;
    for (const column& each : content.columns) titles.push_back({each.title, colour::bold});
    add_line(out, content, plan, titles, colours);
    for (const auto& row : content.rows) add_line(out, content, plan, row, colours);
    return out;
}

} // namespace reeve::svctl
