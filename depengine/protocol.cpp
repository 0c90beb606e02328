#include "depengine/protocol.hpp"

#include "supervise/layout.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <initializer_list>
#include <limits>

namespace reeve::depengine {

namespace {
namespace json = boost::json;

// Ends the parse; the text names the field.
struct wrong {
    std::string text;
};

constexpr std::size_t most_shown = 64; // of what a client sent, in an error

std::string quoted(std::string_view text) {
    return "\"" + std::string(text.substr(0, most_shown)) + "\"";
}

std::string_view text_of(const json::value& value, const std::string& field) {
    if (!value.is_string()) throw wrong{field + ": is no string"};
    return {value.get_string().data(), value.get_string().size()};
}

const json::value& needed(const json::object& in, std::string_view field) {
    const json::value* found = in.if_contains({field.data(), field.size()});
    if (found == nullptr) throw wrong{std::string(field) + ": is missing"};
    return *found;
}

template <class Table>
std::string names_of(const Table& table) {
    std::string text;
    for (const auto& row : table)
        if (!row.name.empty()) ((text += text.empty() ? "" : ", ") += row.name);
    return text;
}

std::uint64_t number_of(const json::value& value, const char* field, std::uint64_t most) {
    std::uint64_t number = most + 1;
    if (value.is_int64() && value.get_int64() >= 0) number = static_cast<std::uint64_t>(value.get_int64());
    if (value.is_uint64()) number = value.get_uint64();
    if (number > most) throw wrong{std::string(field) + ": is no number from 0 to " + std::to_string(most)};
    return number;
}

std::vector<std::string> names_in(const json::value& value, const std::string& field) {
    if (!value.is_array()) throw wrong{field + ": is no array"};
    std::vector<std::string> names;
    for (const json::value& one : value.get_array()) {
        std::string_view name = text_of(one, field);
        if (!supervise::valid_service_name(name))
            throw wrong{field + ": " + quoted(name) + " cannot be the name of a service"};
        names.emplace_back(name);
    }
    if (names.empty()) throw wrong{field + ": is empty"};
    return names;
}

verb verb_in(const json::value& value, const std::string& field) {
    std::string_view name = text_of(value, field);
    const verb_row* row = find_verb(name);
    if (row == nullptr) throw wrong{field + ": " + quoted(name) + " is not one of " + names_of(verb_table)};
    return row->which;
}

void only_fields(const json::object& in, std::initializer_list<std::string_view> allowed,
                 const std::string& where = "") {
    for (const auto& field : in) {
        std::string_view name(field.key().data(), field.key().size());
        if (std::find(allowed.begin(), allowed.end(), name) == allowed.end())
            throw wrong{where + std::string(name.substr(0, most_shown)) + ": is no field of this request"};
    }
}

void read_orders(const json::object& in, message& into) {
    const json::value& list = needed(in, "orders");
    if (!list.is_array()) throw wrong{"orders: is no array"};
    for (const json::value& one : list.get_array()) {
        if (!one.is_object()) throw wrong{"orders: holds something that is no object"};
        const json::object& order = one.get_object();
        only_fields(order, {"do", "services"}, "orders: ");
        verb what = verb_in(needed(order, "do"), "orders: do");
        for (auto& name : names_in(needed(order, "services"), "orders: services"))
            into.orders.push_back({what, std::move(name)});
    }
    if (into.orders.empty()) throw wrong{"orders: is empty"};
}

void read_verb(verb what, const json::object& in, message& into) {
    for (auto& name : names_in(needed(in, "services"), "services"))
        into.orders.push_back({what, std::move(name)});
}

// Either a verb and services, or orders.
void read_plan(const json::object& in, message& into) {
    if (in.if_contains("orders") == nullptr) return read_verb(verb_in(needed(in, "verb"), "verb"), in, into);
    for (const char* field : {"verb", "services"})
        if (in.if_contains(field) != nullptr) throw wrong{std::string(field) + ": does not go with orders"};
    read_orders(in, into);
}

void read_hash(const json::object& in, message& into) {
    std::string_view text = text_of(needed(in, "hash"), "hash");
    std::uint64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    if (text.size() != 16 || error != std::errc{} || end != text.data() + text.size())
        throw wrong{"hash: is no 16 hexadecimal digits"};
    into.hash = value;
}

void read_options(const json::object& in, message& into) {
    if (const json::value* mode = in.if_contains("mode")) {
        std::string_view name = text_of(*mode, "mode");
        const mode_row* row = find_mode(name);
        if (row == nullptr) throw wrong{"mode: " + quoted(name) + " is not one of " + names_of(mode_table)};
        into.how = row->which;
    }
    if (const json::value* key = in.if_contains("key")) {
        into.key = text_of(*key, "key");
        if (into.key.empty() || into.key.size() > longest_key)
            throw wrong{"key: has not 1 to 128 characters"};
    }
    if (const json::value* limit = in.if_contains("timeout_ms"))
        into.timeout_ms = static_cast<std::uint32_t>(
            number_of(*limit, "timeout_ms", std::numeric_limits<std::uint32_t>::max()));
}

void read_services(const json::object& in, message& into) {
    if (in.if_contains("services") != nullptr) into.services = names_in(needed(in, "services"), "services");
}

message read_message(const json::object& in) {
    const json::value& version = needed(in, "v");
    if (!version.is_int64() || version.get_int64() != 1) throw wrong{"v: is not 1, the version there is"};
    std::string_view asked = text_of(needed(in, "do"), "do");
    message made;
    if (const verb_row* row = find_verb(asked)) {
        made.what = asking::verbs;
        only_fields(in, {"v", "do", "services", "mode", "key", "timeout_ms"});
        read_verb(row->which, in, made);
        read_options(in, made);
        return made;
    }
    auto row = std::find_if(asking_table.begin(), asking_table.end(),
                            [&](const asking_row& one) { return !one.name.empty() && one.name == asked; });
    if (row == asking_table.end())
        throw wrong{"do: " + quoted(asked) + " is not one of " + names_of(verb_table) + ", " +
                    names_of(asking_table)};
    made.what = row->what;
    switch (row->what) {
    case asking::verbs: break;
    case asking::change:
        only_fields(in, {"v", "do", "orders", "mode", "key", "timeout_ms"});
        read_orders(in, made);
        break;
    case asking::plan:
        only_fields(in, {"v", "do", "orders", "verb", "services", "mode"});
        read_plan(in, made);
        break;
    case asking::apply:
        only_fields(in, {"v", "do", "hash", "orders", "verb", "services", "mode", "key", "timeout_ms"});
        read_plan(in, made);
        read_hash(in, made);
        break;
    case asking::status:
    case asking::graph:
    case asking::subscribe:
        only_fields(in, {"v", "do", "services"});
        read_services(in, made);
        break;
    case asking::why:
        only_fields(in, {"v", "do", "services"});
        made.services = names_in(needed(in, "services"), "services");
        break;
    case asking::blame:
    case asking::diff:
    case asking::reload_definitions: only_fields(in, {"v", "do"}); break;
    case asking::shutdown:
        only_fields(in, {"v", "do", "tree", "key", "timeout_ms"});
        if (const json::value* tree = in.if_contains("tree")) {
            if (!tree->is_bool()) throw wrong{"tree: is neither true nor false"};
            made.tree = tree->get_bool();
        }
        break;
    }
    read_options(in, made);
    return made;
}
} // namespace

std::variant<message, std::string> parse_message(std::string_view line) {
    boost::system::error_code error;
    json::value parsed = json::parse({line.data(), line.size()}, error);
    if (error) return "the line is no JSON: " + error.message();
    if (!parsed.is_object()) return std::string("the line is no JSON object");
    try {
        message made = read_message(parsed.get_object());
        std::sort(made.orders.begin(), made.orders.end(), [](const named_order& a, const named_order& b) {
            return std::tie(a.service, a.what) < std::tie(b.service, b.what);
        });
        made.orders.erase(std::unique(made.orders.begin(), made.orders.end()), made.orders.end());
        return made;
    } catch (const wrong& why) {
        return why.text;
    }
}

} // namespace reeve::depengine
