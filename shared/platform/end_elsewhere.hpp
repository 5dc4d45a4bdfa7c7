#pragma once
// Ends an object whose end the kernel takes its time for, while whoever had it goes on. What its
// destructor touches beside the object itself it has to keep from other threads.

#include <system_error>
#include <thread>
#include <utility>

namespace godwit::platform {

template <class Object>
void end_elsewhere(Object object) {
    try {
        std::thread([ended = std::move(object)] {}).detach();
    } catch (const std::system_error&) {  // without another thread it is this one
    }
}

}  // namespace godwit::platform
