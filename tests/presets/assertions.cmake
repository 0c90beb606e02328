# cmake -C tests/presets/assertions.cmake: the checks of libstdc++ (bounds, empty optionals, moved-from views), cheap
# enough for everything, with the ordinary C library.
set(REEVE_LEAN_LIBC host CACHE STRING "")
set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "")
set(CMAKE_CXX_FLAGS "-D_GLIBCXX_ASSERTIONS -D_GLIBCXX_DEBUG_PEDANTIC" CACHE STRING "")
