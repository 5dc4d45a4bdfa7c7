#pragma once
// A small name server on 127.0.0.1, in the network namespace of the thread that makes it.

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "shared/platform/event_signal.hpp"
#include "shared/platform/file_descriptor.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"

namespace godwit::platform {

class NameServer {
  public:
    // What it knows: names, with their addresses of both families. Of other names it says that
    // there are none; to the silent ones nothing.
    using Zone = std::map<std::string, std::vector<wire::Ipv6Address>>;
    // Port 0: any that is free.
    explicit NameServer(Zone zone, std::set<std::string> silent = {}, std::uint16_t port = 0);
    NameServer(const NameServer&) = delete;
    NameServer& operator=(const NameServer&) = delete;
    ~NameServer();

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string address() const;  // as ResolverOptions wants it
    // "name A" or "name AAAA", in the order in which they came.
    [[nodiscard]] std::vector<std::string> questions() const;

  private:
    void serve();
    [[nodiscard]] wire::Bytes answer(wire::BytesView question);

    Zone zone_;
    std::set<std::string> silent_;
    FileDescriptor socket_;
    std::uint16_t port_ = 0;
    mutable std::mutex mutex_;
    std::vector<std::string> questions_;
    EventSignal ended_;
    std::thread server_;
};

}  // namespace godwit::platform
