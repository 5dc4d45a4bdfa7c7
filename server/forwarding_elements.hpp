#pragma once
// Elements of the sets of the home agent's nftables table, as commands of nft(8).

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace godwit::server {

// "add element inet godwit_ha clients { 2001:db8::1, 2001:db8::2 }", one line for each set.
class ForwardingElements {
  public:
    static constexpr auto table = "inet godwit_ha";

    void add(const std::string& set, const std::string& element) { sets_[set].push_back(element); }
    [[nodiscard]] std::string commands(const std::string& verb) const {
        std::string text;
        for (const auto& [set, elements] : sets_) {
            text += command(verb, set, elements.begin(), elements.end());
        }
        return text;
    }
    // The same, a transaction each, which the kernel takes with a socket's buffer of the usual
    // length: an element needs some 100 octets of its 212,992 at most.
    [[nodiscard]] std::vector<std::string> pieces(const std::string& verb) const {
        constexpr std::ptrdiff_t most = 1000;
        std::vector<std::string> pieces;
        for (const auto& [set, elements] : sets_) {
            for (auto begin = elements.begin(); begin != elements.end();) {
                const auto end = begin + std::min(most, elements.end() - begin);
                pieces.push_back(command(verb, set, begin, end));
                begin = end;
            }
        }
        return pieces;
    }

  private:
    using Place = std::vector<std::string>::const_iterator;
    static std::string command(const std::string& verb, const std::string& set, Place begin,
                               Place end) {
        std::string list;
        for (; begin != end; ++begin) {
            list += (list.empty() ? "" : ", ") + *begin;
        }
        return verb + " element " + table + " " + set + " { " + list + " }\n";
    }

    std::map<std::string, std::vector<std::string>> sets_;
};

}  // namespace godwit::server
