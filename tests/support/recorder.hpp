#pragma once
// Keeps what the two ends of a test say to each other, for other people's dissectors
// (tests/oracles/test_recorded.py). With GODWIT_RECORD=FOLDER in the environment a program of tests
// writes FOLDER/<its name>-<process>.pcap: whole IP packets, the first few of each kind; and beside
// it .keys, a line of JSON for each SPI, with what opens the sealed ones.

#include <array>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "shared/mobility/path.hpp"
#include "shared/security/session_keys.hpp"
#include "shared/wire/native_signalling.hpp"
#include "shared/wire/outer_packet.hpp"
#include "shared/wire/udp_header.hpp"
#include "tests/wire/hex.hpp"

namespace godwit::test {

class Recorder {
  public:
    static Recorder& of_this_process() {
        static Recorder recorder;
        return recorder;
    }

    [[nodiscard]] bool is_on() const { return is_on_; }

    // Signalling in clear, along a path whose `local` is the sender.
    void clear(const mobility::Path& path, const wire::SignallingPacket& packet) {
        if (!is_on_) {
            return;
        }
        const wire::Bytes octets = packet.serialize();
        if (path.encapsulation == mobility::Encapsulation::udp) {
            write(kind(packet, path.local.mapped_ipv4() ? "4" : "6"), in_udp(path, octets));
        } else {
            write(kind(packet, "native"), octets);
        }
    }
    // An ESP packet.
    void sealed(const mobility::Path& path, wire::BytesView esp) {
        if (!is_on_ || esp.size() < sizeof(std::uint32_t) || spis_.size() > most_spis) {
            return;
        }
        const wire::Bytes whole = path.encapsulation == mobility::Encapsulation::udp
                                      ? in_udp(path, esp)
                                      : outer(path, wire::NextHeader::esp, esp);
        const std::string spi = "esp " + hex(esp.first(sizeof(std::uint32_t)));
        spis_.try_emplace(spi);
        write(spi, whole);
    }
    void keys(const security::TunnelKeys& keys) {
        if (is_on_) {
            keys_ << R"({"spi": )" << keys.outbound_spi << R"(, "suite": ")"
                  << security::name(keys.suite) << R"(", "key": ")" << hex(keys.outbound.key)
                  << R"(", "salt": ")" << hex(keys.outbound.salt) << "\"}" << std::endl;
        }
    }

  private:
    static constexpr int most_of_a_kind = 3;
    static constexpr std::size_t most_spis = 64;

    Recorder() {
        const char* folder = std::getenv("GODWIT_RECORD");
        if (folder == nullptr) {
            return;
        }
        is_on_ = true;
        const std::string name = std::string(folder) + "/" + program_invocation_short_name + "-" +
                                 std::filesystem::read_symlink("/proc/self").string();
        packets_.open(name + ".pcap", std::ios::binary);
        keys_.open(name + ".keys");
        constexpr std::uint32_t link_type_raw = 101;  // each packet begins with its IP header
        for (const std::uint32_t word :
             {0xA1B2C3D4U, std::bit_cast<std::uint32_t>(std::array<std::uint16_t, 2>{2, 4}), 0U, 0U,
              65535U, link_type_raw}) {
            number(word);
        }
    }

    static wire::Bytes outer(const mobility::Path& path, wire::NextHeader protocol,
                             wire::BytesView payload) {
        return wire::OuterPacket{.source = path.local,
                                 .destination = path.remote,
                                 .protocol = protocol,
                                 .payload = payload}
            .packets()
            .front();
    }
    static wire::Bytes in_udp(const mobility::Path& path, wire::BytesView payload) {
        const auto datagram = wire::UdpHeader{path.local_port, path.remote_port}.datagram(
            payload, {path.local, path.remote});
        return outer(path, wire::NextHeader::udp, datagram);
    }

    // Which packets are alike: the headers in front, the type, which options there are.
    static std::string kind(const wire::SignallingPacket& packet, std::string text) {
        text += packet.home_address_option ? " option" : "";
        text += packet.routing_header ? " routing" : "";
        const wire::BytesView header = packet.mobility_header;
        text += " type " + std::to_string(header[2]);
        constexpr std::size_t heartbeats_flags = 7;
        text += header[2] == 13 ? " flags " + std::to_string(header[heartbeats_flags]) : "";
        const std::size_t options = header[2] == 0 ? 8 : header[2] == 7 ? 24 : 12;
        for (std::size_t at = options; at + 2 < header.size();) {
            if (header[at] == 0) {
                ++at;
                continue;
            }
            text += " " + std::to_string(header[at]);
            text += header[at] == 18 ? "/" + std::to_string(header[at + 2]) : "";
            at += 2U + header[at + 1];
        }
        return text;
    }

    void write(const std::string& kind, wire::BytesView packet) {
        if (++written_[kind] > most_of_a_kind) {
            return;
        }
        const auto size = static_cast<std::uint32_t>(packet.size());
        for (const std::uint32_t word : {0U, 0U, size, size}) {
            number(word);
        }
        packets_.write(reinterpret_cast<const char*>(packet.data()),
                       static_cast<std::streamsize>(packet.size()));
        packets_.flush();
    }
    void number(std::uint32_t word) {
        packets_.write(reinterpret_cast<const char*>(&word), sizeof word);
    }

    bool is_on_ = false;
    std::ofstream packets_;
    std::ofstream keys_;
    std::map<std::string, int> written_;
    std::map<std::string, int> spis_;
};

}  // namespace godwit::test
