#pragma once
// Changes an impairment while the link is in use: commands from a descriptor, a line each.
//   mtu OCTETS | loss PERCENT | delay MS | rate MBIT | blackhole on|off | drop-icmp on|off

#include <string>
#include <string_view>

#include "tests/impair/impairment.hpp"

namespace godwit::impair {

class Commands {
  public:
    Commands(int descriptor, Impairment& impairment)
        : descriptor_(descriptor), impairment_(&impairment) {}

    [[nodiscard]] int descriptor() const { return descriptor_; }

    // Obeys what has come. Answers, a line for each: "ok", once it holds for every frame from
    // then on, or "not understood: ...". Returns false when no more will come.
    bool obey(std::string& answers);

  private:
    [[nodiscard]] bool obey_line(std::string_view line) const;

    int descriptor_;
    Impairment* impairment_;
    std::string unfinished_;
};

}  // namespace godwit::impair
