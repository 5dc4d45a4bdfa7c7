#include "shared/platform/mobility_header_filter.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>

#include "shared/platform/socket_options.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/next_header.hpp"

namespace godwit::platform {
namespace {

using wire::NextHeader;

// A pair of sockets with the filter between them: the kernel runs the program on what is sent.
class MobilityHeaderFilter : public testing::Test {
  protected:
    MobilityHeaderFilter() {
        std::array<int, 2> pair{};
        check_syscall("make a pair of sockets",
                      ::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair.data()));
        sending_ = FileDescriptor(pair[0]);
        receiving_ = FileDescriptor(pair[1]);
        std::vector<sock_filter> filter = mobility_header_filter();
        const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
        set_option(receiving_, SOL_SOCKET, SO_ATTACH_FILTER, program, "attach the filter");
    }

    [[nodiscard]] bool passes(const wire::Bytes& packet) const {
        // A socket pair reports a rejected message as one that cannot be sent.
        static_cast<void>(::send(sending_.number(), packet.data(), packet.size(), 0));
        std::array<std::uint8_t, 2048> received{};
        const ssize_t length = ::recv(receiving_.number(), received.data(), received.size(), 0);
        EXPECT_TRUE(length < 0 || static_cast<std::size_t>(length) == packet.size());
        return length >= 0;
    }

    FileDescriptor sending_;
    FileDescriptor receiving_;
};

struct Extension {
    NextHeader type{};
    std::uint8_t length = 0;  // in units of 8 octets, without the first 8
};

wire::Bytes packet(const std::vector<Extension>& extensions, NextHeader last) {
    wire::Bytes bytes(40);
    std::size_t type_at = 6;  // where the type of the next header goes
    for (const Extension& extension : extensions) {
        bytes[type_at] = std::to_underlying(extension.type);
        type_at = bytes.size();
        bytes.resize(bytes.size() + 8 + std::size_t{8} * extension.length);
        bytes[type_at + 1] = extension.length;
    }
    bytes[type_at] = std::to_underlying(last);
    bytes.resize(bytes.size() + 8);
    return bytes;
}

TEST_F(MobilityHeaderFilter, PassesAMobilityHeaderBehindTheIpv6Header) {
    EXPECT_TRUE(passes(packet({}, NextHeader::mobility)));
}

TEST_F(MobilityHeaderFilter, PassesABindingUpdateWithAHomeAddressOption) {
    EXPECT_TRUE(passes(packet({{NextHeader::destination_options, 2}}, NextHeader::mobility)));
}

TEST_F(MobilityHeaderFilter, PassesABindingAcknowledgementWithAType2RoutingHeader) {
    EXPECT_TRUE(passes(packet({{NextHeader::routing, 2}}, NextHeader::mobility)));
}

TEST_F(MobilityHeaderFilter, PassesAMobilityHeaderBehindThreeExtensionHeaders) {
    EXPECT_TRUE(passes(packet({{NextHeader::hop_by_hop, 0},
                               {NextHeader::routing, 2},
                               {NextHeader::destination_options, 31}},
                              NextHeader::mobility)));
}

TEST_F(MobilityHeaderFilter, RejectsAMobilityHeaderBehindFour) {
    const Extension extension{NextHeader::destination_options, 0};
    EXPECT_FALSE(
        passes(packet({extension, extension, extension, extension}, NextHeader::mobility)));
}

TEST_F(MobilityHeaderFilter, RejectsEverythingElse) {
    EXPECT_FALSE(passes(packet({}, NextHeader::tcp)));
    EXPECT_FALSE(passes(packet({}, NextHeader::esp)));
    EXPECT_FALSE(passes(packet({{NextHeader::destination_options, 2}}, NextHeader::tcp)));
    EXPECT_FALSE(passes(packet({{NextHeader::fragment, 0}}, NextHeader::mobility)));
}

TEST_F(MobilityHeaderFilter, RejectsHeadersThatEndBeforeTheirTime) {
    wire::Bytes overrunning =
        packet({{NextHeader::routing, 0}, {NextHeader::routing, 0}}, NextHeader::mobility);
    overrunning[41] = 255;
    EXPECT_FALSE(passes(overrunning));
    EXPECT_FALSE(passes(wire::Bytes(6)));
}

}  // namespace
}  // namespace godwit::platform
