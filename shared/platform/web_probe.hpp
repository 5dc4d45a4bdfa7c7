#pragma once
// What answers where an ordinary web server would: in a network with a captive portal that is the
// portal, whatever the address.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "shared/mobility/path.hpp"
#include "shared/platform/file_descriptor.hpp"

namespace godwit::platform {

struct WebAnswer {
    unsigned status = 0;   // of HTTP
    std::string location;  // where a redirection leads; empty if it is none
    bool operator==(const WebAnswer&) const = default;
};

// Of the beginning of an answer; nothing if it is no HTTP.
std::optional<WebAnswer> web_answer_in(const std::string& text);

// Asks port 80 at the other end of a path, from its address and by its interface, for "/", without
// ever waiting for it.
class WebInquiry {
  public:
    // `mark` as AskingSocket has it. Throws std::system_error: there is no way there.
    WebInquiry(const mobility::Path& path, std::uint32_t mark);

    // Readable: proceed().
    [[nodiscard]] int descriptor() const { return poll_.number(); }
    // Takes what has come. Whether it is over.
    bool proceed();
    // Once it is over, or so far: nothing if it is no HTTP.
    [[nodiscard]] std::optional<WebAnswer> answer() const { return web_answer_in(text_); }

  private:
    void watch(std::uint32_t events, int operation);
    bool ask();
    bool read();

    FileDescriptor socket_;
    FileDescriptor poll_;  // epoll(7): what is awaited changes, this descriptor does not
    std::string request_;
    std::string text_;
    bool has_asked_ = false;
};

// The host that such a question names, as it stands in a URL: "192.0.2.1", "[2001:db8::1]".
std::string web_host(const mobility::Path& path);

// The same, waiting for as long as that in all, however slowly it is answered: then what has come
// by then counts. Nothing: no connection, or no HTTP, in that time.
std::optional<WebAnswer> ask_for_web_page(const mobility::Path& path, std::uint32_t mark,
                                          std::chrono::milliseconds patience);

}  // namespace godwit::platform
