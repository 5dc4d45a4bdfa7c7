#pragma once
// Questions to the name servers of this network (/etc/resolv.conf without what we have put there,
// platform/resolver_file.hpp; /etc/hosts), over c-ares. For one thread, which waits for the
// answers.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "shared/wire/address.hpp"

struct ares_addrinfo;
struct ares_channeldata;

namespace godwit::platform {

struct DnsSettings {
    std::uint32_t mark = 0;  // SO_MARK of the sockets; 0: none
    std::string servers;     // "127.0.0.1:53,[::1]:53"; empty: those of /etc/resolv.conf
    std::chrono::milliseconds first_timeout{400};  // then the next server, or the same again
};

enum class AddressFamily : std::uint8_t { ipv6, ipv4 };

// What somebody on the network says: anything may be in it.
struct DnsAnswer {
    std::vector<wire::Ipv6Address> addresses;  // IPv4 as ::ffff:0:0/96
    std::string failure;                       // why there are none; empty if there are
    bool has_no_such_record = false;           // the failure: the name is there, without address
    bool has_no_such_name = false;             // the failure: there is no such name
    bool is_from_server = true;                // the failure is a name server's word
};

class DnsChannel {
  public:
    // Reads the configuration of this machine anew. Throws std::system_error.
    explicit DnsChannel(DnsSettings settings);
    DnsChannel(const DnsChannel&) = delete;
    DnsChannel& operator=(const DnsChannel&) = delete;
    ~DnsChannel();

    // `name` is taken as it stands: no search list is tried. Answers come in wait(), or here where
    // no server is needed; from within an answer more may be asked.
    using OnAnswer = std::function<void(const DnsAnswer&)>;
    void ask(const std::string& name, AddressFamily family, OnAnswer on_answer);

    // Until every question is answered, one way or the other. What is open when the time is over,
    // or when `stop` is readable, is answered then with a failure. Throws std::system_error.
    void wait(std::chrono::milliseconds timeout, int stop);

  private:
    struct Question;
    struct Free {
        void operator()(ares_channeldata* channel) const;
    };

    static void on_socket_state(void* channel, int socket, int readable, int writable);
    static int on_new_socket(int socket, int type, void* channel);
    static void on_reply(void* question, int status, int timeouts, ares_addrinfo* found);

    void poll_once(int timer, int stop);
    void process(int socket, short happened);
    void give_up(std::string reason);

    DnsSettings settings_;
    std::map<int, short> sockets_;  // what poll(2) is to wait for
    std::size_t open_ = 0;          // questions
    std::string given_up_;          // why; empty as long as answers are awaited
    // Goes first: it tells of its sockets to the end.
    std::unique_ptr<ares_channeldata, Free> channel_;
};

}  // namespace godwit::platform
