// Prints one packet of every kind that shared/wire writes, a line of JSON for each.

#include <iostream>

#include "tests/wire/hex.hpp"
#include "tests/wire/samples.hpp"

int main() {
    for (const auto& [name, packet] : godwit::test::every_packet()) {
        std::cout << R"({"name": ")" << name << R"(", "packet": ")" << godwit::test::hex(packet)
                  << "\"}\n";
    }
}
