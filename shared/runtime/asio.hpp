#pragma once
// Boost.Asio 1.74 uses std::exchange without including <utility>, which g++ 12 holds against it in
// C++23: Asio comes in by this header alone.

#include <utility>
// The order matters.
#include <boost/asio.hpp>

namespace godwit::runtime {

namespace asio = boost::asio;

}  // namespace godwit::runtime
