# cmake -C tests/presets/coverage.cmake: line and branch coverage for gcov, with the ordinary C library.
set(REEVE_LEAN_LIBC host CACHE STRING "")
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_CXX_FLAGS "-O0 -g --coverage -fprofile-update=atomic" CACHE STRING "")
set(CMAKE_EXE_LINKER_FLAGS "--coverage" CACHE STRING "")
