#include "shared/runtime/name_lookup.hpp"

#include <system_error>
#include <utility>

namespace godwit::runtime {
namespace {

platform::Resolution nothing_of(const std::vector<std::string>& names, const std::string& reason) {
    platform::Resolution resolution;
    for (const std::string& name : names) {
        resolution.unresolved.push_back({name, reason});
    }
    return resolution;
}

}  // namespace

NameLookup::NameLookup(EventLoop& loop, OnResolved on_resolved, Resolve resolve)
    : loop_(loop), on_resolved_(std::move(on_resolved)), resolve_(std::move(resolve)) {}

void NameLookup::request(platform::ResolverOptions options) {
    if (is_running_) {
        next_ = std::move(options);
        thread_.request_stop();
    } else {
        begin(std::move(options));
    }
}

void NameLookup::begin(platform::ResolverOptions options) {
    is_running_ = true;
    const auto tell = [this, alive = std::weak_ptr(self_)](platform::Resolution resolution) {
        asio::post(loop_.context(), [alive, resolution = std::move(resolution)] {
            if (const auto self = alive.lock()) {
                (*self)->on_end(resolution);
            }
        });
    };
    const std::vector<std::string> names = options.names;
    try {
        thread_ = std::jthread([this, tell, options = std::move(options)](
                                   const std::stop_token& stop) { tell(resolve_(options, stop)); });
    } catch (const std::system_error& error) {
        tell(nothing_of(names, error.what()));
    }
}

void NameLookup::on_end(const platform::Resolution& resolution) {
    is_running_ = false;
    if (next_) {
        begin(*std::exchange(next_, std::nullopt));
    } else {
        on_resolved_(resolution);
    }
}

}  // namespace godwit::runtime
