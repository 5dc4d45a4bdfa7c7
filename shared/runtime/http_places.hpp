#pragma once
// Who has how many of a listening socket's connections at once. Whoever comes is let in: where he
// has too many already, or all of his kind have, the one among them goes that has said nothing for
// longest. So nobody's silence keeps others out, and descriptors stay few.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <utility>

namespace godwit::runtime {

struct HttpPeer {
    std::string origin;          // what counts as one: "user 1000", "192.0.2.7", "2001:db8::/64"
    bool is_privileged = false;  // may change things: never makes room for those who may not
};

class HttpPlace;

class HttpPlaces {
  public:
    // Of all who are privileged; and of all others, together and of one origin each.
    static constexpr std::size_t most = 32;
    static constexpr std::size_t most_of_one = 8;
    // Answers that go on: half of these, so that somebody can always ask for the status.
    static constexpr std::size_t most_streams = most / 2;
    static constexpr std::size_t most_streams_of_one = most_of_one / 2;

    // One that lasts as long as that object. `on_lost` is called if it is somebody else's before.
    [[nodiscard]] std::unique_ptr<HttpPlace> take(HttpPeer peer);

  private:
    friend class HttpPlace;
    using Taken = std::list<HttpPlace*>;  // who came first is first

    // A place may be the last to go.
    std::shared_ptr<Taken> taken_ = std::make_shared<Taken>();
};

// Of one connection.
class HttpPlace {
  public:
    HttpPlace(std::shared_ptr<HttpPlaces::Taken> taken, HttpPeer peer);
    HttpPlace(const HttpPlace&) = delete;
    HttpPlace& operator=(const HttpPlace&) = delete;
    ~HttpPlace() { taken_->remove(this); }

    // For the connection: calls back when it has to go.
    void on_lost(std::function<void()> callback) { on_lost_ = std::move(callback); }
    [[nodiscard]] bool is_lost() const { return is_lost_; }

    // It has asked for what it may ask for: others go first.
    void on_asked() { stage_ = Stage::asked; }
    // It has proved that it may change things.
    void on_privileged();
    // An answer that goes on: it stays. False if there are too many. Once it does, it does.
    [[nodiscard]] bool follow();

  private:
    enum class Stage : std::uint8_t { silent, asked, following };  // who is further stays longer

    using Relation = bool (HttpPlace::*)(const HttpPlace&) const;

    void make_room() const;
    void lose();
    [[nodiscard]] bool is_alike(const HttpPlace& other) const {
        return peer_.is_privileged == other.peer_.is_privileged;
    }
    [[nodiscard]] bool is_of_the_same(const HttpPlace& other) const {
        return is_alike(other) && peer_.origin == other.peer_.origin;
    }

    std::shared_ptr<HttpPlaces::Taken> taken_;
    HttpPeer peer_;
    Stage stage_ = Stage::silent;
    bool is_lost_ = false;
    std::function<void()> on_lost_ = [] {};
};

}  // namespace godwit::runtime
