# Warnings are errors, and what the compiler and the linker can do against memory errors is on.
add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast
    -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Wno-missing-field-initializers -Werror)
add_compile_options(-fstack-protector-strong -fcf-protection=full -fstack-clash-protection)
add_compile_definitions(_GLIBCXX_ASSERTIONS)
add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack)

# glibc's fortification wants the optimizer, and hides accesses from the sanitizers.
if(GODWIT_SANITIZE)
    add_compile_options(-fsanitize=${GODWIT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${GODWIT_SANITIZE})
    # A null pointer AddressSanitizer finds as well, and a misaligned one the fuzz targets, which keep
    # both checks: without them a debug build is two fifths smaller, and there in two thirds of the time.
    if(CMAKE_BUILD_TYPE STREQUAL Debug AND GODWIT_SANITIZE MATCHES undefined)
        add_compile_options(-fno-sanitize=null,alignment)
    endif()
    # A test program of half a gigabyte is linked in 1.4 s instead of 8.4. The packages keep the compiler's own linker.
    find_program(MOLD mold)
    if(MOLD)
        add_link_options(-fuse-ld=mold)
    endif()
else()
    add_compile_options($<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE> $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=3>)
endif()

# A compiler that collects its garbage only from two gigabytes on takes a tenth less time for a debug build.
if(CMAKE_BUILD_TYPE STREQUAL Debug AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    add_compile_options("SHELL:--param ggc-min-heapsize=2000000")
endif()

# Asio has fences, which ThreadSanitizer does not follow: g++ warns of each.
if(GODWIT_SANITIZE MATCHES thread AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    add_compile_options(-Wno-tsan)
endif()

# Line numbers are what a sanitizer's report needs; whole types make a fifth of a debug build.
set(CMAKE_CXX_FLAGS_DEBUG -g1)
