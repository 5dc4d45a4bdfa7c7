#pragma once
// Wakes a thread that waits for descriptors (eventfd(2)). Any thread may raise it; raised twice is
// raised once.

#include "shared/platform/file_descriptor.hpp"

namespace godwit::platform {

class EventSignal {
  public:
    EventSignal();

    [[nodiscard]] int descriptor() const { return event_.number(); }  // readable while raised
    void raise() const;
    void lower() const;

  private:
    FileDescriptor event_;
};

}  // namespace godwit::platform
