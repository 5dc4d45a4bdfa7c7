#pragma once
// A browser that knows nothing of the user and of no other browser that runs: what is entered
// into a captive portal stays there, and no window of another one, which is in the tunnel, takes
// the page over.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/platform/confined_program.hpp"

namespace godwit::client {

// A folder of this user's alone, which goes with this object.
class FreshProfile {
  public:
    FreshProfile();  // throws std::system_error
    FreshProfile(const FreshProfile&) = delete;
    FreshProfile& operator=(const FreshProfile&) = delete;
    ~FreshProfile();
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

// Whether there is a program of this name, and whether windows can be shown.
using HasProgram = std::function<bool(const std::string& name)>;

// The command line for a page, without a shell: of the first known browser that is there, the
// graphical ones first where there is a display. Nothing if there is none.
std::optional<std::vector<std::string>> browser_for(const std::string& url,
                                                    const std::filesystem::path& profile,
                                                    bool has_display, const HasProgram& has);
// The same of a command that somebody has written: words between spaces, and the page behind them.
// Nothing if there are none.
std::optional<std::vector<std::string>> browser_for(const std::string& url,
                                                    std::string_view command);

// Puts into the profile what keeps a browser from asking others than the page.
void furnish(const std::filesystem::path& profile);

// Files for a program that shall look names up with the servers of the network that it is in, not
// with those of the tunnel nor by a resolver of this machine, whose questions stay inside; none
// where it does so without them. They are written into that folder.
std::vector<platform::Overlay> outside_names(const std::filesystem::path& folder);

// resolv.conf(5) and nsswitch.conf(5) for such a program.
std::string outside_resolver(const std::vector<std::string>& servers);
std::string outside_name_switch(const std::string& present);

}  // namespace godwit::client
