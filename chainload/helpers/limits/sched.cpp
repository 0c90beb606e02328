// sched [-R] [-p PRIORITY] [-T RUNTIME] [-D DEADLINE] [-P PERIOD] POLICY PROGRAM …: the scheduling policy, sched(7):
// other, batch, idle, fifo, rr or deadline. fifo and rr have a PRIORITY of 1 (the default) to 99; deadline has a
// RUNTIME in each PERIOD (the deadline if nothing is said) until its DEADLINE, as "10ms" or a bare number of
// nanoseconds. -R: children begin with the policy other again. The letters are chrt(1)'s, but for -p.
#include "chainload/helpers/limits/fine_duration.hpp"
#include "chainload/helpers/limits/helpers.hpp"
#include "chainload/helpers/limits/sched_policy.hpp"
#include "chainload/option_reader.hpp"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace reeve::chainload {

next run_sched(char** arguments, process& self) {
    sched_attributes wanted;
    bool with_priority = false, with_times = false;
    option_reader options(arguments, "Rp:T:D:P:");
    while (char option = options.next()) {
        if (option == option_reader::problem) return self.wrong_usage(options.complaint().view());
        if (option == 'R') {
            wanted.flags |= reset_on_fork;
        } else if (option == 'p') {
            auto number = parse_number<std::uint32_t>(options.value());
            if (!number || *number < 1 || *number > 99)
                return self.wrong_usage("sched: PRIORITY is a number from 1 to 99\n");
            wanted.priority = *number;
            with_priority = true;
        } else {
            auto time = parse_nanoseconds(options.value());
            if (!time || *time == 0) return self.wrong_usage("sched: no such time\n");
            (option == 'T' ? wanted.runtime : option == 'D' ? wanted.deadline : wanted.period) = *time;
            with_times = true;
        }
    }
    char** words = options.rest();
    if (words[0] == nullptr || words[1] == nullptr) return self.wrong_usage();
    const policy_name* policy = find_policy(words[0]);
    if (policy == nullptr)
        return self.wrong_usage("sched: POLICY is other, batch, idle, fifo, rr or deadline\n");
    if ((with_priority && policy->parameter != needs::priority) ||
        (with_times && policy->parameter != needs::times))
        return self.wrong_usage("sched: -p is for fifo and rr, -T -D and -P are for deadline\n");
    if (policy->parameter == needs::times && (wanted.runtime == 0 || wanted.deadline == 0))
        return self.wrong_usage("sched: deadline needs -T and -D\n");
    if (policy->parameter == needs::priority && !with_priority) wanted.priority = 1;
    wanted.policy = policy->number;
    errno = 0;
    wanted.niceness = ::getpriority(PRIO_PROCESS, 0); // it would be set to 0 otherwise
    if (errno != 0) return self.unable(errno, "read the niceness");
    if (::syscall(SYS_sched_setattr, 0, &wanted, 0) < 0)
        return self.unable(errno, "set the policy ", policy->name);
    return self.go_on(words + 1);
}

} // namespace reeve::chainload
