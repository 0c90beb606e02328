// cpus [-t] LIST PROGRAM …: the CPUs it may run on, sched_setaffinity(2): "0-3,7", "0-15:2", "all". A CPU that is not
// there, or not for this process (cpuset), is an error; with -t, as long as one is left, it is not.
#include "chainload/helpers/limits/cpu_list.hpp"
#include "chainload/helpers/limits/helpers.hpp"
#include "chainload/option_reader.hpp"

#include <algorithm>
#include <sys/syscall.h>
#include <unistd.h>

namespace reeve::chainload {

next run_cpus(char** arguments, process& self) {
    bool tolerant = false;
    option_reader options(arguments, "t");
    while (char option = options.next()) {
        if (option == option_reader::problem) return self.wrong_usage(options.complaint().view());
        tolerant = true;
    }
    char** words = options.rest();
    if (words[0] == nullptr || words[1] == nullptr) return self.wrong_usage();
    std::string_view text(words[0]);
    bool all = text == "all";
    cpu_list wanted, taken;
    if (all)
        std::fill_n(wanted.mask(), cpu_list::bytes / sizeof(unsigned long), ~0ul);
    else if (!wanted.add(text))
        return self.wrong_usage("cpus: LIST is numbers and ranges, as 0-3,7 or 0-15:2, or \"all\"\n");
    // The calls themselves: what the kernel takes is the part of the list that this process may use.
    if (::syscall(SYS_sched_setaffinity, 0, cpu_list::bytes, wanted.mask()) < 0)
        return errno == EINVAL
                   ? self.fatal("unable to run on CPUs ", text, ": none of them is there for this process")
                   : self.unable(errno, "run on CPUs ", text);
    if (all || tolerant) return self.go_on(words + 1);
    if (::syscall(SYS_sched_getaffinity, 0, cpu_list::bytes, taken.mask()) < 0)
        return self.unable(errno, "read the CPUs in use");
    for (unsigned cpu = 0; cpu < cpu_list::most; ++cpu)
        if (wanted.has(cpu) && !taken.has(cpu))
            return self.fatal("unable to run on CPU ", cpu, ": it is not there for this process");
    return self.go_on(words + 1);
}

} // namespace reeve::chainload
