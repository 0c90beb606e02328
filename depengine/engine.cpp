#include "depengine/engine.hpp"

#include "chainload/clock.hpp"
#include "depengine/log.hpp"
#include "depengine/supervisors.hpp"
#include "depengine/tree_files.hpp"

#include <algorithm>
#include <csignal>
#include <malloc.h>
#include <new>
#include <sys/signalfd.h>

namespace reeve::depengine {

using chainload::monotonic_ms;

namespace {
constexpr moment stall_ms = 1000, again_ms = 1000;

std::int64_t monotonic_us() {
    timespec now = chainload::read_clock(CLOCK_MONOTONIC);
    return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}
} // namespace

engine::engine(tree_place where, own_directory own, const engine_options& options)
    : where_(std::move(where))
    , own_(std::move(own))
    , options_(options)
    , watcher_(where_.state_path)
    , socket_(loop_, *this) {
    event_.reserve(4096);
}

chainload::result<void> engine::begin() {
    sigset_t taken;
    ::sigemptyset(&taken);
    for (int signal : {SIGTERM, SIGINT, SIGQUIT, SIGHUP}) ::sigaddset(&taken, signal);
    signals_.reset(::signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!signals_) return chainload::failed("take signals");
    if (auto opened = watcher_.open(); !opened) return opened;
    if (!loop_.add(signals_.get()) || (watcher_.fd() >= 0 && !loop_.add(watcher_.fd())))
        return chainload::failure{ENOMEM, "wait for events"};
    loop_.when(signals_.get(), event::readable, [this] { on_signal(); });
    loop_.on_timer(timer::definitions, [this] { read_definitions(); });
    loop_.on_timer(timer::stall, [this] { look_for_stalls(); });
    loop_.on_timer(timer::again, [this] { try_again(); });
    loop_.on_timer(timer::deadlines, [this] { end_overdue(); });
    find_own_service();
    watch_all();
    auto read = read_all();
    if (!read) return read.why();
    now_ = std::make_unique<world>(adapted(std::move(*read)), wish_list{});
    tree_changed();
    if (!tree_) say(severity::info, "no svscan has been here yet: waiting for .svscan/tree");
    report_new_problems();
    tell_of_watches();
    if (auto opened = socket_.open(own_.fd(), options_.group); !opened) return opened;
    turn();
    ::malloc_trim(0); // what reading took
    loop_.when(watcher_.fd(), event::readable, [this] { on_change(); });
    return {};
}

void engine::on_change() {
    try {
        watcher_.read(*this);
    } catch (const std::bad_alloc&) { // a directory that appeared is found when all are looked at again
        look_at_everything();
    }
    tell_of_watches();
    loop_.when(watcher_.fd(), event::readable, [this] { on_change(); });
    turn();
}

void engine::end_overdue() try {
    book_.expire(now_->live, monotonic_ms(), [this](open_request& done) { complete(done); });
    set_deadline();
} catch (const std::bad_alloc&) {
    loop_.set(timer::deadlines, monotonic_ms() + again_ms);
}

void engine::run() {
    loop_.run();
    // What nobody waits for any more is left as it is: the next engine goes on with it.
    book_.end_all(now_->services, {ending::cancelled, no_node, "the engine ends"},
                  [this](open_request& done) { complete(done); });
}

void engine::on_signal() {
    signalfd_siginfo taken;
    bool ends = false;
    while (::read(signals_.get(), &taken, sizeof taken) == sizeof taken) {
        if (taken.ssi_signo == SIGHUP) {
            all_dirty_ = true;
            read_definitions();
        } else {
            ends = true;
        }
    }
    if (ends) return loop_.stop();
    loop_.when(signals_.get(), event::readable, [this] { on_signal(); });
}

// ---- what has changed

void engine::record_changed(std::string_view name) {
    if (!tree_) return; // all are read once there is one
    node which = now_->services.find(name);
    if (which == no_node || is_changed_[which]) return;
    is_changed_[which] = true;
    changed_.push_back(which); // there is room for all
}

void engine::overflowed() {
    say(severity::info,
        "more changes at once than inotify keeps (fs.inotify.max_queued_events): looking at everything");
    look_at_everything();
    tree_changed();
}

void engine::tree_changed() {
    auto id = read_tree_id(where_);
    if (!id && id.why().error != ENOENT) say(severity::warning, unable(id.why()));
    if (!id || tree_ == *id) return;
    bool another = tree_.has_value();
    tree_ = *id;
    if (!start_afresh()) tree_.reset();
    if (another)
        say(severity::info, "the tree is another one: what was asked for in the old one is forgotten");
}

// Another tree: what its file of intents says, if it is of this tree, is all that is known.
bool engine::start_afresh() try {
    wish_list wishes;
    auto text = own_.read_intents();
    if (!text) say(severity::error, unable(text.why()));
    if (text) {
        auto parsed = parse_intents(*text);
        if (parsed.tree == tree_) wishes = std::move(parsed.wishes);
        if (parsed.tree == tree_)
            for (const auto& problem : parsed.problems)
                say(severity::warning, problem.file + ": " + problem.text);
    }
    auto made = std::make_unique<world>(now_->definitions, wishes);
    book_.end_all(now_->services, {ending::cancelled, no_node, "the tree is another one"},
                  [this](open_request& done) { complete(done); });
    now_ = std::move(made);
    due_.clear();
    event_.reserve(4096);
    changed_.clear();
    changed_.reserve(now_->services.size());
    is_changed_.assign(now_->services.size(), false);
    all_changed_ = intents_unsaid_ = first_look_ = true;
    return true;
} catch (const std::bad_alloc&) {
    say(severity::error, "no memory for another tree; tried again");
    loop_.set(timer::again, monotonic_ms() + again_ms);
    return false;
}

// ---- a turn

void engine::look(node which) {
    if (!now_->services.exists(which) && !now_->live.seen(which).known) return;
    auto record = read_record(where_, now_->services.name(which));
    if (record) {
        now_->live.observe(which, observe(*record, *tree_));
        if (now_->history[which].since == 0)
            now_->history[which].since =
                chainload::milliseconds_of(chainload::unpack_tai64n(record->changed));
        return;
    }
    int error = record.why().error;
    if (error == ENOENT || error == ENOTDIR || error == ELOOP || error == EPROTO || error == EACCES) {
        now_->live.observe(which, {});
        return;
    }
    // Not the record's fault (EMFILE, ENOMEM, EIO): what was known of it stays until it can be read.
    all_changed_ = true;
    loop_.set(timer::again, monotonic_ms() + again_ms);
}

void engine::read_changed_records() {
    if (std::exchange(all_changed_, false))
        for (node one = 0; one < now_->services.size(); ++one) look(one);
    else
        for (node one : changed_) look(one);
    for (node one : changed_) is_changed_[one] = false;
    changed_.clear();
    // What the engine before this one wrote and nobody has read yet is not written again.
    if (std::exchange(first_look_, false))
        for (node one = 0; one < now_->services.size(); ++one)
            if (now_->live.seen(one).known && !now_->services.is_target(one))
                now_->live.unread(one, unread_letters(where_, now_->services.name(one)));
}

void engine::turn() {
    if (!tree_) return;
    read_changed_records();
    for (bool again = true; again;) {
        auto letters = now_->live.settle();
        if (now_->live.take_wishes_changed() || intents_unsaid_) write_intents();
        again = !letters.empty();
        for (letter_to one : letters) send(one);
        again = act_on_ends() || again;
    }
    tell();
    std::erase_if(subscribers_, [](const subscriber& one) { return one.who == 0; });
}

void engine::write_intents() {
    auto written = own_.write_intents(*tree_, now_->live);
    intents_unsaid_ = !written;
    if (written) {
        if (std::exchange(intents_failed_, false)) say(severity::info, ".depengine/intents is written again");
        return;
    }
    // A full disk must not keep services from being stopped: it goes on, and says what that may cost.
    loop_.set(timer::again, monotonic_ms() + again_ms);
    if (!std::exchange(intents_failed_, true))
        say(severity::error, unable(written.why()) + ": the next engine would not know what was asked for");
}

void engine::send(letter_to one) {
    auto name = now_->services.name(one.to);
    if (one.letter == 'd' && name == own_service_) return; // never from here: who would start it again?
    auto sent = send_letter(where_, name, one.letter);
    if (!sent) {
        // No change of its record tells that there is room again. (If nobody reads, it writes one when it comes.)
        int error = sent.why().error;
        if (error == EAGAIN || error == EMFILE || error == ENFILE || error == ENOMEM) {
            record_changed(name);
            loop_.set(timer::again, monotonic_ms() + again_ms);
        }
        return now_->live.not_sent(one.to);
    }
    if (one.letter != 'u') return;
    history& its = now_->history[one.to];
    its.commanded = monotonic_us();
    its.ready = -1;
}

void engine::try_again() {
    if (!tree_) tree_changed();
    if (watcher_.is_short()) { // what is not watched is looked at, each second
        look_at_everything();
        tree_changed();
        loop_.set(timer::again, monotonic_ms() + again_ms);
    }
    turn();
}

// ---- telling

void engine::note(node which, const told& now) {
    history& its = now_->history[which];
    told& before = now_->told[which];
    if (now.phase != before.phase) its.since = chainload::realtime_ms();
    if (now.why == waiting::start_order) its.waited_for = now.other;
    bool ready = now.phase == supervise::phase::ready || now.phase == supervise::phase::done;
    bool was_ready = before.phase == supervise::phase::ready || before.phase == supervise::phase::done;
    if (ready && !was_ready) {
        if (now_->services.is_target(which)) its.commanded = monotonic_us();
        if (its.commanded >= 0 && its.ready < 0) its.ready = monotonic_us() - its.commanded;
    }
    if (now.phase == supervise::phase::down && before.phase != now.phase) its.waited_for = no_node;
    before = now;
}

void engine::tell() {
    auto touched = now_->live.touched();
    bool fresh = std::exchange(fresh_request_, false);
    if (touched.empty() && !fresh) return;
    bool listened = !subscribers_.empty() || !book_.empty();
    for (node which : touched) {
        told now = tell_of(now_->live, which);
        if (now == now_->told[which]) continue;
        note(which, now);
        if (!listened) continue;
        try {
            event_.clear();
            event_line(*now_, which, chainload::realtime_ms(), event_);
            tell_event(which);
        } catch (const std::bad_alloc&) {
            say(severity::warning, "an event is not told for lack of memory");
        }
    }
    try {
        auto done = [this](open_request& one) { complete(one); };
        if (fresh) // what is so already is not touched
            book_.look_at_all(now_->live, done);
        else
            book_.look(now_->live, touched, done);
    } catch (const std::bad_alloc&) {
        say(severity::warning, "no memory to look for results; tried again");
        fresh_request_ = true;
        loop_.set(timer::again, monotonic_ms() + again_ms);
    }
    now_->live.forget_touched();
    loop_.set(timer::stall, monotonic_ms() + stall_ms);
}

void engine::tell_event(node which) {
    for (auto& one : subscribers_)
        if (one.who != 0 && (one.all || std::binary_search(one.nodes.begin(), one.nodes.end(), which)))
            socket_.send(one.who, event_, true);
    for (const auto& one : book_.open())
        if (std::binary_search(one.concerned.begin(), one.concerned.end(), which))
            for (client who : one.clients)
                if (who != 0) socket_.send(who, event_, true);
}

// Services that wait for each other although nothing goes on: an error of the engine, which is told and not hidden.
void engine::look_for_stalls() try {
    if (tree_ && now_->live.take_actions_ended()) write_intents(); // all is quiet: there is time
    auto ring = now_->live.stalled();
    if (ring.empty()) {
        stalled_ = false;
        return;
    }
    if (std::exchange(stalled_, true)) return;
    std::string text = "services wait for each other, which is an error in depengine: ";
    for (node one : ring) (text += now_->services.name(one)) += " -> ";
    text += now_->services.name(ring.front());
    say(severity::error, text);
} catch (const std::bad_alloc&) {
    say(severity::warning, "no memory to look for services that wait for each other");
}

} // namespace reeve::depengine
