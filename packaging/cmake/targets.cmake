# Reading the headers of other libraries is most of what compiling a file takes. Whoever uses Asio or JSON reads what
# godwit_runtime has precompiled, and everybody else the standard library's by godwit_wire.
set(standard_headers <algorithm> <array> <charconv> <chrono> <expected> <filesystem> <functional> <iostream> <iterator>
    <map> <memory> <optional> <ranges> <set> <span> <sstream> <string> <string_view> <system_error> <unordered_map>
    <utility> <variant> <vector>)

# One library for a folder of shared/, client/ or server/; LINKS are the folders it may include.
function(godwit_library name)
    cmake_parse_arguments(ARG "" "" "LINKS" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp
        ${CMAKE_CURRENT_SOURCE_DIR}/messages/*.cpp ${CMAKE_CURRENT_SOURCE_DIR}/options/*.cpp)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC ${ARG_LINKS})
    if(name STREQUAL godwit_wire)
        target_precompile_headers(${name} PRIVATE ${standard_headers})
    elseif(name STREQUAL godwit_runtime)
        target_precompile_headers(${name} PRIVATE ${standard_headers} ${CMAKE_CURRENT_SOURCE_DIR}/asio.hpp
            <nlohmann/json.hpp>)
    elseif(godwit_runtime IN_LIST ARG_LINKS)
        target_precompile_headers(${name} REUSE_FROM godwit_runtime)
    else()
        target_precompile_headers(${name} REUSE_FROM godwit_wire)
    endif()
endfunction()

# One test program for a folder of tests/. CTest runs it whole, since under sanitizers a process costs
# more than most test cases; or in so many SHARDS, side by side.
function(godwit_test name)
    cmake_parse_arguments(ARG "" "SHARDS" "LINKS" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
    add_executable(${name} ${sources})
    target_link_libraries(${name} PRIVATE ${ARG_LINKS} GTest::gmock GTest::gtest_main)
    if(godwit_runtime IN_LIST ARG_LINKS OR godwit_client IN_LIST ARG_LINKS OR godwit_server IN_LIST ARG_LINKS)
        set(precompiling datapath_test)
        set(precompiled ${CMAKE_SOURCE_DIR}/shared/runtime/asio.hpp <nlohmann/json.hpp>)
    else()
        set(precompiling wire_test)
        set(precompiled "")
    endif()
    if(name STREQUAL precompiling)
        target_precompile_headers(${name} PRIVATE ${standard_headers} <gtest/gtest.h> <gmock/gmock.h> ${precompiled})
    else()
        target_precompile_headers(${name} REUSE_FROM ${precompiling})
    endif()
    if(NOT ARG_SHARDS)
        set(ARG_SHARDS 1)
    endif()
    foreach(shard RANGE 1 ${ARG_SHARDS})
        math(EXPR index "${shard} - 1")
        add_test(NAME ${name}.${shard} COMMAND ${name})
        set_tests_properties(${name}.${shard} PROPERTIES LABELS unit
            ENVIRONMENT "GTEST_BRIEF=1;GTEST_TOTAL_SHARDS=${ARG_SHARDS};GTEST_SHARD_INDEX=${index}")
    endforeach()
endfunction()
