#include "tests/platform/name_server.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <utility>

namespace godwit::platform {
namespace {

// RFC 1035 §3.2.2, §4.1.1; RFC 3596 §2.1.
constexpr std::uint16_t type_a = 1;
constexpr std::uint16_t type_aaaa = 28;
constexpr std::uint16_t response = 0x8180;  // recursion desired and available
constexpr std::uint16_t no_such_name = 3;
constexpr std::size_t header_size = 12;

sockaddr* generic(sockaddr_in& address) {
    return reinterpret_cast<sockaddr*>(&address);
}

std::string read_name(wire::Reader& in) {
    std::string name;
    while (const auto length = in.integer<std::uint8_t>()) {
        const wire::BytesView label = in.take(length);
        name += (name.empty() ? "" : ".") + std::string(label.begin(), label.end());
    }
    return name;
}

std::vector<wire::Bytes> records(const std::vector<wire::Ipv6Address>& addresses,
                                 std::uint16_t type) {
    std::vector<wire::Bytes> found;
    for (const wire::Ipv6Address& address : addresses) {
        const auto ipv4 = address.mapped_ipv4();
        if (type == type_a && ipv4) {
            found.emplace_back(ipv4->octets.begin(), ipv4->octets.end());
        } else if (type == type_aaaa && !ipv4) {
            found.emplace_back(address.octets.begin(), address.octets.end());
        }
    }
    return found;
}

void write_record(wire::Writer& out, std::uint16_t type, const wire::Bytes& data) {
    constexpr std::uint16_t name_of_the_question = 0xc000 | header_size;
    out.integer(name_of_the_question);
    out.integer(type);
    out.integer(std::uint16_t{1});   // of the Internet
    out.integer(std::uint32_t{60});  // seconds
    out.integer(static_cast<std::uint16_t>(data.size()));
    out.bytes(data);
}

}  // namespace

NameServer::NameServer(Zone zone, std::set<std::string> silent, std::uint16_t port)
    : zone_(std::move(zone)),
      silent_(std::move(silent)),
      socket_(check_syscall("open a socket", ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0))) {
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    here.sin_port = htons(port);
    socklen_t size = sizeof here;
    check_syscall("bind", ::bind(socket_.number(), generic(here), size));
    check_syscall("learn the port", ::getsockname(socket_.number(), generic(here), &size));
    port_ = ntohs(here.sin_port);
    server_ = std::thread([this] { serve(); });
}

NameServer::~NameServer() {
    ended_.raise();
    server_.join();
}

std::string NameServer::address() const {
    return "127.0.0.1:" + std::to_string(port_);
}

std::vector<std::string> NameServer::questions() const {
    const std::scoped_lock lock(mutex_);
    return questions_;
}

void NameServer::serve() {
    for (;;) {
        std::array polled{pollfd{.fd = socket_.number(), .events = POLLIN},
                          pollfd{.fd = ended_.descriptor(), .events = POLLIN}};
        ::poll(polled.data(), polled.size(), -1);
        if (polled[1].revents != 0) {
            return;
        }
        std::array<std::uint8_t, 512> question{};
        sockaddr_in from{};
        socklen_t size = sizeof from;
        const ssize_t length =
            ::recvfrom(socket_.number(), question.data(), question.size(), 0, generic(from), &size);
        const wire::Bytes reply =
            answer({question.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0))});
        if (!reply.empty()) {
            ::sendto(socket_.number(), reply.data(), reply.size(), 0, generic(from), size);
        }
    }
}

wire::Bytes NameServer::answer(wire::BytesView question) {
    wire::Reader in(question);
    const auto identification = in.integer<std::uint16_t>();
    in.skip(header_size - sizeof identification);
    const std::string name = read_name(in);
    const auto type = in.integer<std::uint16_t>();
    in.skip(sizeof(std::uint16_t));  // of the Internet
    {
        const std::scoped_lock lock(mutex_);
        questions_.push_back(name + (type == type_a ? " A" : " AAAA"));
    }
    if (silent_.contains(name)) {
        return {};
    }
    const auto known = zone_.find(name);
    const bool is_known = known != zone_.end();
    const auto found = records(is_known ? known->second : std::vector<wire::Ipv6Address>{}, type);
    wire::Bytes reply;
    wire::Writer out(reply);
    out.integer(identification);
    out.integer(static_cast<std::uint16_t>(response | (is_known ? 0 : no_such_name)));
    out.integer(std::uint16_t{1});
    out.integer(static_cast<std::uint16_t>(found.size()));
    out.integer(std::uint32_t{0});
    out.bytes(question.subspan(header_size, in.position() - header_size));
    for (const wire::Bytes& data : found) {
        write_record(out, type, data);
    }
    return reply;
}

}  // namespace godwit::platform
