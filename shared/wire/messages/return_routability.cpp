#include "shared/wire/messages/return_routability.hpp"

#include <utility>

#include "shared/wire/messages/options_tail.hpp"

namespace godwit::wire {
namespace {

template <class TestInit>
Parsed<TestInit> parse_test_init(Reader& in) {
    TestInit message;
    in.skip(2);
    message.cookie = in.array<8>();
    return with_options(std::move(message), in);
}

template <class TestInit>
void serialize_test_init(const TestInit& test_init, Bytes& message) {
    Writer out(message);
    out.zeros(2);
    out.bytes(test_init.cookie);
    append_options(message, test_init.options);
}

template <class Test>
Parsed<Test> parse_test(Reader& in) {
    Test message;
    message.nonce_index = in.integer<std::uint16_t>();
    message.cookie = in.array<8>();
    message.keygen_token = in.array<8>();
    return with_options(std::move(message), in);
}

template <class Test>
void serialize_test(const Test& test, Bytes& message) {
    Writer out(message);
    out.integer(test.nonce_index);
    out.bytes(test.cookie);
    out.bytes(test.keygen_token);
    append_options(message, test.options);
}

}  // namespace

Parsed<HomeTestInit> HomeTestInit::parse(Reader& in) {
    return parse_test_init<HomeTestInit>(in);
}

void HomeTestInit::serialize(Bytes& message) const {
    serialize_test_init(*this, message);
}

Parsed<CareOfTestInit> CareOfTestInit::parse(Reader& in) {
    return parse_test_init<CareOfTestInit>(in);
}

void CareOfTestInit::serialize(Bytes& message) const {
    serialize_test_init(*this, message);
}

Parsed<HomeTest> HomeTest::parse(Reader& in) {
    return parse_test<HomeTest>(in);
}

void HomeTest::serialize(Bytes& message) const {
    serialize_test(*this, message);
}

Parsed<CareOfTest> CareOfTest::parse(Reader& in) {
    return parse_test<CareOfTest>(in);
}

void CareOfTest::serialize(Bytes& message) const {
    serialize_test(*this, message);
}

}  // namespace godwit::wire
