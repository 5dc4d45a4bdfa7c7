#pragma once
// What a daemon gives up once it needs it no longer, whoever started it (capabilities(7)).

#include <filesystem>
#include <vector>

namespace godwit::platform {

// Capabilities that may stay beside CAP_NET_ADMIN and CAP_NET_RAW, which always do.
struct KeptCapabilities {
    bool ports_below_1024 = false;  // CAP_NET_BIND_SERVICE
    bool kernel_programs = false;   // CAP_BPF
    bool files_of_others = false;   // CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_CHOWN
};

// For good, in this thread and those that it starts. Of the bounding set nothing stays, where
// CAP_SETPCAP allows that: no program is ever run. Threads may still prefer themselves, and keys
// still be locked into memory. A sandbox that has chosen the capabilities may forbid capset(2):
// then they stay as it has left them. Throws std::system_error.
void give_up_capabilities(const KeptCapabilities& kept);
// Likewise, of this thread alone: not even what its maker may have kept.
void keep_network_capabilities_alone();

// Whether one of the files, or the folder that it would be made in, is another user's, or lies in a
// folder that another user keeps to himself: then root without capabilities may not use it. Empty
// paths are nobody's.
bool belong_to_another(const std::vector<std::filesystem::path>& files);

}  // namespace godwit::platform
