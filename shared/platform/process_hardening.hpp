#pragma once
// What a process that holds keys gives up at its start.

namespace godwit::platform {

// No core dump, no debugger, no new privileges by running another program. Throws
// std::system_error.
void harden_process();

// Throws std::system_error, which says how to get them, if the process lacks CAP_NET_ADMIN or
// CAP_NET_RAW.
void require_network_capabilities();
bool has_network_capabilities();

// For good, in this thread and those it starts: CAP_BPF. Throws std::system_error.
void give_up_loading_programs();

}  // namespace godwit::platform
