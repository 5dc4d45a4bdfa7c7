#pragma once
// How fast the packets of each client may go, as its policy and the configuration say it, put into
// force in the data plane.

#include <span>

#include "server/clients/clients.hpp"
#include "shared/runtime/data_plane.hpp"

namespace godwit::server {

class ClientRateLimits {
  public:
    // From now on these hold of all clients. The data plane must outlive it.
    ClientRateLimits(runtime::DataPlane& data_plane, const ClientRates& of_all);

    // From the next packet on. Those that a client has not of its own are those of all.
    void apply(const Client& client);
    void apply(std::span<const Client> clients);
    // It is a client no more.
    void forget(const wire::HomeAddress& home);

  private:
    runtime::DataPlane& data_plane_;
    ClientRates of_all_;
};

}  // namespace godwit::server
