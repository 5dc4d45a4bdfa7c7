#pragma once
// Looks names up in a thread of its own, while the control thread goes on, and brings the result
// into the control thread.

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>

#include "shared/platform/resolver.hpp"
#include "shared/runtime/event_loop.hpp"

namespace godwit::runtime {

// For the control thread only; the loop outlives it.
class NameLookup {
  public:
    using OnResolved = std::function<void(const platform::Resolution&)>;
    using Resolve = std::function<platform::Resolution(const platform::ResolverOptions&,
                                                       const std::stop_token&)>;

    NameLookup(EventLoop& loop, OnResolved on_resolved, Resolve resolve = platform::resolve);
    NameLookup(const NameLookup&) = delete;
    NameLookup& operator=(const NameLookup&) = delete;
    // Tells what runs to stop, and waits for that. Nothing is called back any more.
    ~NameLookup() = default;

    // Calls back once, unless another request comes first: what runs is then told to stop, its
    // result is discarded, and the new one begins.
    void request(platform::ResolverOptions options);

    [[nodiscard]] bool is_running() const { return is_running_; }

  private:
    void begin(platform::ResolverOptions options);
    void on_end(const platform::Resolution& resolution);

    EventLoop& loop_;
    OnResolved on_resolved_;
    Resolve resolve_;
    bool is_running_ = false;
    std::optional<platform::ResolverOptions> next_;  // when what runs has ended
    // What the thread has posted finds by it whether this object is still there.
    std::shared_ptr<NameLookup*> self_ = std::make_shared<NameLookup*>(this);
    std::jthread thread_;  // goes first
};

}  // namespace godwit::runtime
