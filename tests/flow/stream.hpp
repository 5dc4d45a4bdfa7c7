#pragma once
// One end of a TCP connection that carries as much as its pace allows, in one direction.

#include <deque>
#include <optional>

#include "tests/flow/flow.hpp"
#include "tests/flow/record.hpp"
#include "tests/flow/socket.hpp"

namespace godwit::flow {

class Stream : public Flow {
  public:
    struct Settings {
        Endpoint local;
        std::optional<Endpoint> peer;  // if none, it waits for a connection
        bool sends = false;
        double rate = 1e6;  // octets a second, at the most
    };
    explicit Stream(const Settings& settings);

    void start() override;
    [[nodiscard]] int descriptor() const override { return connection_.descriptor(); }
    [[nodiscard]] std::uint32_t events() const override;
    void on_ready() override;
    void send_due(Instant) override {}
    [[nodiscard]] Instant next() const override { return Instant::max(); }
    void be_quiet() override { is_quiet_ = true; }
    [[nodiscard]] std::string state() const override;
    void write_log(const std::string& path) const override;

  private:
    void send();
    void receive();

    Socket connection_;
    bool listens_;
    bool sends_;
    bool is_quiet_ = false;
    double rate_;
    std::uint64_t octets_ = 0;
    std::deque<Progress> progress_;
};

}  // namespace godwit::flow
