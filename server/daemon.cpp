#include "server/daemon.hpp"

#include "server/status.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/runtime/status_server.hpp"

namespace godwit::server {

void run_daemon(const Configuration& configuration) {
    runtime::EventLoop loop;
    const runtime::StatusServer server(loop, configuration.status_socket,
                                       [] { return to_json(Status{}).dump(); });
    loop.run();
}

}  // namespace godwit::server
