#pragma once
// The system's services, as systemctl drives them.

#include <string>

namespace godwit::platform {

// Whether systemd runs here, has this unit, and takes orders from this process.
bool can_start_service(const std::string& unit);

// Starts it now, anew if it runs, and at each boot. False if systemctl says that it could not.
bool start_service(const std::string& unit);

// Stops it now, and starts it no more. False if systemctl says that it could not.
bool stop_service(const std::string& unit);

struct ServiceState {
    bool is_enabled = false;  // starts at each boot
    bool is_active = false;
};
ServiceState state_of_service(const std::string& unit);
// What start_service() has changed; one that ran begins anew, with the files that are there now.
// False if systemctl says that it could not.
bool put_back_service(const std::string& unit, const ServiceState& before);

}  // namespace godwit::platform
