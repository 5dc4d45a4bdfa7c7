#pragma once
// The way of payloads from one UDP socket of this process to another, over the loopback interface.
// It needs no rights.

#include "shared/platform/udp_tunnel_socket.hpp"
#include "shared/runtime/offload_trial.hpp"
#include "shared/wire/address.hpp"

namespace godwit::runtime {

class UdpTrialWay final : public TrialWay {
  public:
    enum class Receiver : bool {
        divided,    // the kernel gives it one payload after the other
        coalesced,  // it may be given many in one (UDP_GRO)
    };
    // From and to this address of the loopback interface. Throws std::system_error.
    UdpTrialWay(const wire::Ipv6Address& loopback, Receiver receiver);

    [[nodiscard]] std::uint16_t port() const { return receiver_.port(); }  // that it receives at
    // Whether the kernel knows UDP_SEGMENT, and UDP_GRO, if the receiver is to have it.
    [[nodiscard]] bool is_known() const;

    std::error_code send(std::span<const wire::Bytes> packets, Manner manner) override;
    Arrivals receive() override;
    // The loopback interface may have been told to divide, which says nothing of others.
    [[nodiscard]] bool arrives_as_one() const override { return false; }

  private:
    // None: there is none at present.
    [[nodiscard]] Arrivals take();

    mobility::Path path_;
    bool is_coalesced_;
    platform::UdpTunnelSocket receiver_;
    platform::UdpTunnelSocket sender_;
    wire::Bytes room_ = wire::Bytes(platform::UdpTunnelSocket::longest_arrival);
};

}  // namespace godwit::runtime
