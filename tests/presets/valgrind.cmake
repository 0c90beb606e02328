# cmake -C tests/presets/valgrind.cmake: what valgrind memcheck is to run. With the ordinary C library, whose malloc it
# knows, and with plain forks: to it a vfork does not wait.
set(REEVE_LEAN_LIBC host CACHE STRING "")
set(REEVE_TESTS OFF CACHE BOOL "")
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_CXX_FLAGS "-O1 -g -DREEVE_PLAIN_FORK" CACHE STRING "")
