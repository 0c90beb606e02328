// A service that does nothing and is never woken: what is measured around it is the supervisor's.
#include <unistd.h>

int main() {
    for (;;) ::pause();
}
