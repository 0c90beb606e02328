# cmake -C tests/presets/sanitize.cmake: AddressSanitizer and UndefinedBehaviorSanitizer. The lean programs too, so
# with the ordinary C library: the sanitizers need the dynamic one.
set(REEVE_LEAN_LIBC host CACHE STRING "")
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(sanitizers "-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer")
set(CMAKE_CXX_FLAGS "-O1 -g ${sanitizers} -D_GLIBCXX_ASSERTIONS" CACHE STRING "")
set(CMAKE_C_FLAGS "-O1 -g ${sanitizers}" CACHE STRING "")
set(CMAKE_EXE_LINKER_FLAGS "${sanitizers}" CACHE STRING "")
