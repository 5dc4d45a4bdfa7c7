#include "shared/platform/echo_socket.hpp"

#include "shared/platform/wait.hpp"
#include "tests/platform/network_namespace.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::platform {
namespace {

class EchoSocketOnALink : public OnALink {
  protected:
    static std::optional<std::uint16_t> answer_of(const EchoSocket& socket) {
        std::array<Watched, 1> watched{{{.descriptor = socket.descriptor()}}};
        wait_until_readable(watched, std::chrono::seconds(10));
        return socket.receive();
    }
};

TEST_F(EchoSocketOnALink, HearsTheOtherEndInBothFamilies) {
    far_.enter();
    run("ip addr add 192.0.2.2/24 dev far");
    near_.enter();
    run("ip addr add 192.0.2.1/24 dev near");
    for (const auto& [local, remote] :
         {std::pair{"2001:db8::1", "2001:db8::2"}, {"::ffff:192.0.2.1", "::ffff:192.0.2.2"}}) {
        const EchoSocket socket(test::ip(local), test::ip(remote), 7);
        EXPECT_EQ(socket.receive(), std::nullopt) << "nothing has been asked";
        ASSERT_FALSE(socket.request(41));
        EXPECT_EQ(answer_of(socket), 41) << remote;
    }
}

TEST_F(EchoSocketOnALink, SaysWhatIsNotToBeHad) {
    near_.enter();
    EXPECT_THROW(EchoSocket(test::ip("2001:db8::77"), test::ip("2001:db8::2"), 7),
                 std::system_error);
    EXPECT_THROW(EchoSocket(test::ip("2001:db8::1"), test::ip("2001:db8:99::2"), 7),
                 std::system_error);
}

}  // namespace
}  // namespace godwit::platform
