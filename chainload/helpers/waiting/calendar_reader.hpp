// The words of a calendar expression: lists of numbers and names, each within the range of its field. Pure.
//
// A failure leaves in the problem where it is and what is allowed there; everything returns false from then on.
#pragma once

#include "chainload/helpers/waiting/calendar.hpp"
#include "chainload/helpers/waiting/civil_day.hpp"

namespace reeve::chainload {

// One field of an expression: the numbers it may hold, and what they may be called.
struct field {
    unsigned low, high;
    std::string_view names; // in lower case, blank-separated; the first one is number `first_name`
    unsigned first_name;
    const char* range; // for those who left it
};
inline constexpr field second_field{0, 59, {}, 0, "seconds are 0 to 59"};
inline constexpr field minute_field{0, 59, {}, 0, "minutes are 0 to 59"};
inline constexpr field hour_field{0, 23, {}, 0, "hours are 0 to 23"};
inline constexpr field day_field{1, 31, {}, 0, "days of a month are 1 to 31"};
inline constexpr field end_day_field{1, 31, {}, 0, "days from the end of a month are 1 to 31"};
inline constexpr field month_field{
    1, 12, "january february march april may june july august september october november december", 1,
    "months are 1 to 12, or their names"};
inline constexpr field weekday_field{0, 7, "sunday monday tuesday wednesday thursday friday saturday", 0,
                                     "weekdays are their names, or 0 to 7 in a crontab line"};
inline constexpr field year_field{first_year, last_year, {}, 0, "years are 1970 to 2199"};

constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) {
    return lower(c) >= 'a' && lower(c) <= 'z';
}
constexpr bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

class calendar_reader {
public:
    calendar_reader(std::string_view text, calendar_problem& problem)
        : text_(text)
        , problem_(problem) {}

    std::size_t place() const { return at_; }
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    bool at_end() const { return at_ == text_.size(); }
    bool take(std::string_view token) {
        if (!text_.substr(at_).starts_with(token)) return false;
        at_ += token.size();
        return true;
    }
    void skip_blanks() {
        while (is_blank(peek())) ++at_;
    }
    // The word that is next, which is not taken.
    std::string_view word() const {
        std::string_view rest = text_.substr(at_);
        return rest.substr(0, rest.find_first_of(" \t"));
    }
    // False, for the caller to return.
    bool fail(std::size_t where, const char* what) {
        problem_ = {where, what};
        return false;
    }
    bool fail(const char* what) { return fail(at_, what); }
    bool expect(char c, const char* what) { return take({&c, 1}) || fail(what); }
    bool end_of_word(const char* what) { return at_end() || is_blank(peek()) || fail(what); }

    // Letters in any case.
    std::string_view letters() {
        std::size_t begin = at_;
        while (is_letter(peek())) ++at_;
        return text_.substr(begin, at_ - begin);
    }

    // LIST: PART[,PART…]; PART: *, A, A..B or A-B (where `dash` is no separator), each with /STEP behind it.
    template <std::size_t N>
    bool list(const field& of, bit_set<N>& into, bool dash) {
        do {
            if (!part(of, into, dash)) return false;
        } while (take(","));
        return true;
    }

private:
    template <std::size_t N>
    bool part(const field& of, bit_set<N>& into, bool dash) {
        bool weekdays = &of == &weekday_field;
        unsigned first = of.low, last = weekdays ? of.high - 1 : of.high, step = 1;
        bool open_end = true;
        std::size_t begin = at_;
        if (!take("*")) {
            if (!value(of, first)) return false;
            bool range = take("..") || (dash && take("-"));
            if (range && !value(of, last)) return false;
            open_end = range;
            // Friday to Monday is a range of weekdays; December to January is more likely a mistake.
            if (range && last < first) {
                if (!weekdays) return fail(begin, "this range runs backwards");
                last += 7;
            }
        }
        if (take("/")) {
            std::size_t at_step = at_;
            if (!number(step) || step == 0) return fail(at_step, "a step is a number from 1 on");
        } else if (!open_end) {
            last = first;
        }
        unsigned base = &of == &year_field ? first_year : 0;
        for (unsigned member = first; member <= last; member += step)
            into.add(weekdays ? member % 7 : member - base);
        return true;
    }

    bool value(const field& of, unsigned& into) {
        std::size_t begin = at_;
        bool known = is_letter(peek()) ? name(of, into) : number(into);
        return (known && into >= of.low && into <= of.high) || fail(begin, of.range);
    }

    bool number(unsigned& into) {
        std::size_t begin = at_;
        into = 0;
        for (; is_digit(peek()); ++at_)
            if (at_ - begin < 5) into = into * 10 + static_cast<unsigned>(peek() - '0');
        return at_ > begin && at_ - begin < 5;
    }

    // A name, or its first three letters or more.
    bool name(const field& of, unsigned& into) {
        std::string_view given = letters(), names = of.names;
        for (into = of.first_name; given.size() >= 3 && !names.empty(); ++into) {
            std::string_view one = names.substr(0, names.find(' '));
            bool same = given.size() <= one.size();
            for (std::size_t i = 0; same && i < given.size(); ++i) same = lower(given[i]) == one[i];
            if (same) return true;
            names.remove_prefix(one.size() < names.size() ? one.size() + 1 : one.size());
        }
        return false;
    }

    std::string_view text_;
    calendar_problem& problem_;
    std::size_t at_ = 0;
};

} // namespace reeve::chainload
