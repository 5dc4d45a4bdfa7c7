#pragma once
// A NAT between the virtual network and those behind it: endpoint-independent mapping, and a
// memory that can be lost.

#include <cstdint>
#include <map>
#include <tuple>
#include <utility>

#include "tests/simulation/frame.hpp"

namespace godwit::simulation {

class Nat {
  public:
    explicit Nat(const wire::Ipv6Address& outside) : outside_(outside) {}

    // What leaves: from the outside address, and a port that goes with the inner one.
    void translate_outbound(Frame& frame) {
        const Endpoint inside{frame.path.local, frame.path.local_port};
        const auto [mapping, is_new] = outward_.try_emplace(inside, next_port_);
        if (is_new) {
            inward_[next_port_++] = inside;
        }
        frame.path.local = outside_;
        frame.path.local_port = mapping->second;
    }
    // False: there is no mapping, the packet ends here.
    bool translate_inbound(Frame& frame) const {
        const auto mapping = inward_.find(frame.path.remote_port);
        if (mapping == inward_.end()) {
            return false;
        }
        std::tie(frame.path.remote, frame.path.remote_port) = mapping->second;
        return true;
    }
    void reboot() {
        outward_.clear();
        inward_.clear();
    }

  private:
    using Endpoint = std::pair<wire::Ipv6Address, std::uint16_t>;

    wire::Ipv6Address outside_;
    std::uint16_t next_port_ = 40000;
    std::map<Endpoint, std::uint16_t> outward_;
    std::map<std::uint16_t, Endpoint> inward_;
};

}  // namespace godwit::simulation
