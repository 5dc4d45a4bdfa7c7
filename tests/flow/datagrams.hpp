#pragma once
// Numbered datagrams in both directions. What the system refuses is written down and not sent
// again: the next number follows in its time, whatever happens.

#include <deque>
#include <optional>
#include <vector>

#include "tests/flow/flow.hpp"
#include "tests/flow/record.hpp"
#include "tests/flow/socket.hpp"

namespace godwit::flow {

class Datagrams : public Flow {
  public:
    struct Settings {
        Endpoint local;
        std::optional<Endpoint> peer;  // if none, it is whoever sends first
        double rate = 1000;            // datagrams a second
        std::size_t size = 100;        // octets of payload
    };
    explicit Datagrams(const Settings& settings);

    void start() override;
    [[nodiscard]] int descriptor() const override { return socket_.descriptor(); }
    [[nodiscard]] std::uint32_t events() const override;
    void on_ready() override;
    void send_due(Instant now) override;
    [[nodiscard]] Instant next() const override;
    void be_quiet() override { is_quiet_ = true; }
    [[nodiscard]] std::string state() const override;
    void write_log(const std::string& path) const override;

  private:
    void send_one();
    void on_arrival(msghdr& message, std::size_t length);
    [[nodiscard]] std::uint32_t dropped() const;

    Socket socket_;
    std::optional<Endpoint> peer_;
    std::chrono::nanoseconds interval_;
    std::vector<std::byte> datagram_;
    bool is_quiet_ = false;
    std::uint32_t number_ = 0;
    Instant due_{};
    Stamp newest_ = 0;  // when what arrived was sent
    std::deque<Sent> sent_;
    std::deque<Received> received_;
};

}  // namespace godwit::flow
