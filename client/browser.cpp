#include "client/browser.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

#include "shared/platform/attempt.hpp"
#include "shared/platform/resolver.hpp"

namespace godwit::client {
namespace {

namespace fs = std::filesystem;

constexpr auto resolver_file = "/etc/resolv.conf";
constexpr auto switch_file = "/etc/nsswitch.conf";

struct KnownBrowser {
    const char* program;
    bool is_graphical;
    // What stands before the page; PROFILE is the folder.
    std::vector<std::string> arguments;
};

const std::vector<KnownBrowser>& known_browsers() {
    static const std::vector<std::string> firefox{"--no-remote", "--new-instance", "--profile",
                                                  "PROFILE"};
    static const std::vector<std::string> chromium{
        "--user-data-dir=PROFILE", "--no-first-run", "--no-default-browser-check",
        "--disable-background-networking", "--disable-sync"};
    static const std::vector<KnownBrowser> known{
        {"firefox-esr", true, firefox},
        {"firefox", true, firefox},
        {"chromium", true, chromium},
        {"chromium-browser", true, chromium},
        {"google-chrome", true, chromium},
        {"epiphany-browser", true, {"--private-instance", "--profile=PROFILE"}},
        {"epiphany", true, {"--private-instance", "--profile=PROFILE"}},
        {"w3m", false, {}},
        {"elinks", false, {"-no-connect", "1"}},
        {"lynx", false, {}}};
    return known;
}

std::string text_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write(const fs::path& path, const std::string& text) {
    std::ofstream out(path);
    out << text;
    out.close();
    if (!out) {
        platform::require("write " + path.string(), platform::last_error());
    }
}

bool is_hosts_line(std::string_view line) {
    return line.starts_with("hosts:");
}

}  // namespace

FreshProfile::FreshProfile() {
    // mkdtemp(3) puts letters of its own in the place of the last six.
    std::string name = (fs::temp_directory_path() / "godwit-portal-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        platform::require("make the folder " + name, platform::last_error());
    }
    path_ = name;
}

FreshProfile::~FreshProfile() {
    std::error_code ignored;  // what a browser still writes; it is in a folder that is thrown away
    fs::remove_all(path_, ignored);
}

std::optional<std::vector<std::string>> browser_for(const std::string& url, const fs::path& profile,
                                                    bool has_display, const HasProgram& has) {
    const auto& known = known_browsers();
    const auto found = std::ranges::find_if(known, [&](const KnownBrowser& browser) {
        return (has_display || !browser.is_graphical) && has(browser.program);
    });
    if (found == known.end()) {
        return std::nullopt;
    }
    constexpr std::string_view place = "PROFILE";
    std::vector<std::string> words{found->program};
    for (std::string argument : found->arguments) {
        if (const auto at = argument.find(place); at != std::string::npos) {
            argument.replace(at, place.size(), profile.string());
        }
        words.push_back(std::move(argument));
    }
    words.push_back(url);
    return words;
}

std::optional<std::vector<std::string>> browser_for(const std::string& url,
                                                    std::string_view command) {
    std::istringstream written{std::string(command)};
    std::vector<std::string> words{std::istream_iterator<std::string>(written), {}};
    if (words.empty()) {
        return std::nullopt;
    }
    words.push_back(url);
    return words;
}

// Firefox looks for portals and updates of its own accord, and may look names up at a third party.
void furnish(const fs::path& profile) {
    write(profile / "user.js",
          "user_pref(\"network.trr.mode\", 5);\n"
          "user_pref(\"network.captive-portal-service.enabled\", false);\n"
          "user_pref(\"network.connectivity-service.enabled\", false);\n"
          "user_pref(\"browser.aboutwelcome.enabled\", false);\n"
          "user_pref(\"datareporting.policy.dataSubmissionEnabled\", false);\n"
          "user_pref(\"app.normandy.enabled\", false);\n"
          "user_pref(\"browser.safebrowsing.downloads.remote.enabled\", false);\n");
}

std::vector<platform::Overlay> outside_names(const fs::path& folder) {
    const auto servers = platform::name_servers_of_networks();
    const std::string text = outside_resolver(servers);
    const std::string present_switch = text_of(switch_file);
    const std::string name_switch = outside_name_switch(present_switch);
    std::istringstream lines(text_of(resolver_file));
    std::string present;
    for (std::string line; std::getline(lines, line);) {
        present += line.starts_with("nameserver") ? line + "\n" : "";
    }
    if (servers.empty() || (present == text && name_switch == present_switch)) {
        return {};
    }
    write(folder / "resolv.conf", text);
    write(folder / "nsswitch.conf", name_switch);
    return {{folder / "resolv.conf", resolver_file}, {folder / "nsswitch.conf", switch_file}};
}

std::string outside_resolver(const std::vector<std::string>& servers) {
    constexpr std::size_t most = 3;  // MAXNS of resolv.conf(5)
    std::string text;
    for (std::size_t place = 0; place < std::min(servers.size(), most); ++place) {
        text += "nameserver " + servers[place] + "\n";
    }
    return text;
}

// Only "resolve", nss-resolve(8), asks somebody else for all names.
std::string outside_name_switch(const std::string& present) {
    std::string text;
    std::istringstream lines(present);
    for (std::string line; std::getline(lines, line);) {
        text += (is_hosts_line(line) && line.contains("resolve") ? "hosts: files dns" : line) +
                std::string("\n");
    }
    return text;
}

}  // namespace godwit::client
