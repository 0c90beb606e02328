// poke PROCESS: sends it SIGHUP. poke FIFO LETTER: writes one letter into a FIFO, as the clients of the suites do.
// What a command to a service costs at least.
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

int main(int count, char** words) {
    if (count == 2) return ::kill(std::atoi(words[1]), SIGHUP) == 0 ? 0 : 111;
    if (count != 3) return 100;
    int fifo = ::open(words[1], O_WRONLY | O_NONBLOCK);
    return fifo >= 0 && ::write(fifo, words[2], 1) == 1 ? 0 : 111;
}
