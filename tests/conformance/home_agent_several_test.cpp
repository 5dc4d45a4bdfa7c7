// RFC 5648 §4, §5, §6.2, §8: several care-of addresses for one home address.

#include "tests/conformance/home_agent_bench.hpp"

namespace godwit::conformance {
namespace {

constexpr std::uint16_t usual = acknowledge | home_registration;

// A Binding Identifier option; without a care-of address if there is none.
Bytes identifier(std::uint16_t id, const std::optional<Ipv6Address>& care_of,
                 std::uint8_t status = 0, std::uint8_t flags = 0) {
    Bytes body = joined({two(id), Bytes{status, flags}});
    if (care_of) {
        body = joined({body, care_of->octets});
    }
    return joined({octets("0104 00000000"), option(35, body)});  // at 8n+2
}
Update identified(std::uint16_t sequence, std::uint16_t id,
                  const std::optional<Ipv6Address>& care_of, std::uint16_t flags = usual) {
    return {.sequence = sequence, .flags = flags, .options = identifier(id, care_of)};
}

// A home agent that has bound care_of_a by BID 1 and care_of_b by BID 2; the next number is 12.
class TwoBindings : public HomeAgentBench {
  public:
    TwoBindings() {
        EXPECT_EQ(answer(identified(10, 1, care_of_a)).status(), 0);
        EXPECT_EQ(answer(identified(11, 2, care_of_b), care_of_b).status(), 0);
    }
    // How many bindings the home address has.
    [[nodiscard]] std::size_t count() const {
        return core.bindings().size() + core.other_bindings().of({home}).size();
    }
    [[nodiscard]] std::uint16_t in_use() const { return binding().binding_id; }
    // Of the binding with this number; throws if there is none.
    [[nodiscard]] Ipv6Address care_of(std::uint16_t id) const {
        return in_use() == id ? binding().care_of.address : other(id).place.care_of.address;
    }
    [[nodiscard]] mobility::Instant expires(std::uint16_t id) const {
        return in_use() == id ? binding().expires : other(id).expires;
    }

  private:
    [[nodiscard]] const server::OtherBinding& other(std::uint16_t id) const {
        const server::OtherBinding* found = core.other_bindings().find({home}, id);
        if (found == nullptr) {
            throw std::logic_error("there is no such binding");
        }
        return *found;
    }
};
// Every BID of an acknowledgement with its status.
std::vector<std::string> identifiers(const Answer& answer) {
    std::vector<std::string> found;
    for (const Option& option : answer.options()) {
        if (option.type == 35) {
            found.push_back(test::hex(option.body));
        }
    }
    return found;
}

RULE(rfc5648_6_2, BindsWhatTheOptionNames,
     "an identifier of length 20 binds the IPv6 address in it, whatever the packet's source") {
    HomeAgentBench bench;
    EXPECT_EQ(bench.answer(identified(1, 1, care_of_b), care_of_a).status(), 0);
    EXPECT_EQ(bench.tunnel(), care_of_b);
}

RULE(rfc5648_6_2, KeepsOneBesideTheOther,
     "a new identifier is a further binding beside those there are") {
    EXPECT_EQ(TwoBindings().count(), 2U);
}

RULE(rfc5648_6_2, ComesBackInTheAcknowledgement,
     "the identifier comes back in the acknowledgement, its Status zero") {
    HomeAgentBench bench;
    const Update update{.options = identifier(0x1234, care_of_a, 77)};
    EXPECT_EQ(identifiers(bench.answer(update)), std::vector<std::string>{"12340000"});
}

RULE(rfc5648_6_2, ComesBackInARefusal, "the identifier comes back in a refusal too") {
    TwoBindings bench;
    const Answer late = bench.answer(identified(11, 3, care_of_a));
    EXPECT_EQ(late.status(), 135);
    EXPECT_EQ(identifiers(late), std::vector<std::string>{"00030000"});
}

RULE(rfc5648_6_2, DoesNotComeBackUnasked,
     "without an identifier in the update there is none in the acknowledgement") {
    HomeAgentBench bench;
    EXPECT_TRUE(identifiers(bench.answer({})).empty());
}

RULE(rfc5648_4_1, HaveOneSequenceOfNumbers,
     "all bindings of a home address have one sequence of numbers") {
    TwoBindings bench;
    EXPECT_EQ(bench.answer(identified(11, 1, care_of_a)).status(), 135) << "BID 2 has had it";
    EXPECT_EQ(bench.answer(identified(12, 1, care_of_a)).status(), 0);
}

RULE(rfc5648_4_3, IdentifierZeroIsReserved, "an identifier of 0 is refused with status 164") {
    HomeAgentBench bench;
    EXPECT_EQ(bench.answer(identified(1, 0, care_of_a)).status(), 164);
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc5648_4_3, Identifier65535IsOne, "an identifier of 65535 is as good as any") {
    HomeAgentBench bench;
    EXPECT_EQ(bench.answer(identified(1, 65535, care_of_a)).status(), 0);
}

struct Bad {
    const char* name;
    const char* rule;
    const char* care_of;
};
constexpr auto bad_addresses = std::to_array<Bad>({
    {"RefusesAMulticastAddress", "a multicast care-of address is refused with status 164",
     "ff0e::2"},
    {"RefusesTheUnspecifiedAddress", "the unspecified care-of address is refused with status 164",
     "::"},
    {"RefusesALinkLocalAddress", "a link-local care-of address is refused with status 164",
     "fe80::2"},
});
RULE_TABLE(rfc5648_6_2, bad_addresses) {
    TwoBindings bench;
    EXPECT_EQ(bench.answer(identified(12, 3, ip(row.care_of))).status(), 164);
    EXPECT_EQ(bench.count(), 2U);
}

RULE(rfc5648_6_2, RefusesALoop,
     "a care-of address within the home prefix is refused with status 174") {
    TwoBindings bench;
    EXPECT_EQ(bench.answer(identified(12, 3, ip("2001:db8:f::77"))).status(), 174);
}

RULE(rfc5648_5_2, StandsWithoutAnAlternateCareOfAddress,
     "an Alternate Care-of Address beside the identifier is refused with status 164") {
    HomeAgentBench bench;
    const Update update{.options =
                            joined({alternate_care_of(care_of_b), identifier(1, care_of_a)})};
    EXPECT_EQ(bench.answer(update).status(), 164);
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc5648_6_2, NeedsAnAddressTheFirstTime,
     "an identifier of length 4 that is not known is refused with status 167") {
    TwoBindings bench;
    EXPECT_EQ(bench.answer(identified(12, 3, std::nullopt)).status(), 167);
    EXPECT_EQ(bench.count(), 2U);
}

RULE(rfc5648_6_2, RefreshesWithoutAnAddress,
     "an identifier of length 4 that is known refreshes its binding") {
    TwoBindings bench;
    bench.wait(300s);
    EXPECT_EQ(bench.answer(identified(12, 1, std::nullopt), ip("2001:db8:c::2")).status(), 0);
    EXPECT_EQ(bench.count(), 2U);
    EXPECT_EQ(bench.care_of(1), care_of_a) << "the one that it has, wherever the update came from";
    EXPECT_EQ(bench.expires(1), bench.now() + 600s);
    EXPECT_EQ(bench.expires(2), bench.now() + 300s);
}

RULE(rfc5648_6_2, MovesTheBindingOfAnIdentifier,
     "a known identifier with another care-of address moves its binding") {
    TwoBindings bench;
    EXPECT_EQ(bench.answer(identified(12, 1, ip("2001:db8:c::2")), ip("2001:db8:c::2")).status(),
              0);
    EXPECT_EQ(bench.count(), 2U);
    EXPECT_EQ(bench.care_of(1), ip("2001:db8:c::2"));
    EXPECT_EQ(bench.care_of(2), care_of_b);
}

RULE(rfc5648_6_2, OverwritesAll,
     "with O all existing bindings go, and the one of the update comes") {
    TwoBindings bench;
    EXPECT_EQ(bench.answer(identified(12, 3, care_of_b, usual | overwrite)).status(), 0);
    EXPECT_EQ(bench.count(), 1U);
    EXPECT_EQ(bench.in_use(), 3);
}

RULE(rfc5648_6_2, ReplacesAllWithoutAnIdentifier,
     "an update without an identifier replaces all bindings by its own") {
    TwoBindings bench;
    EXPECT_EQ(bench.answer({.sequence = 12}, ip("2001:db8:c::2")).status(), 0);
    EXPECT_EQ(bench.count(), 1U);
    EXPECT_EQ(bench.tunnel(), ip("2001:db8:c::2"));
}

RULE(rfc5648_6_2, DeletesAllWithoutAnIdentifier,
     "a deregistration without an identifier deletes all bindings") {
    TwoBindings bench;
    EXPECT_EQ(bench.answer({.sequence = 12, .lifetime = 0}).status(), 0);
    EXPECT_EQ(bench.tunnel(), std::nullopt);
    EXPECT_TRUE(bench.core.other_bindings().of({home}).empty());
}

RULE(rfc5648_6_2, DeletesOne, "a deregistration with an identifier deletes that binding alone") {
    TwoBindings bench;
    Update farewell = identified(12, 2, care_of_b);
    farewell.lifetime = 0;
    EXPECT_EQ(bench.answer(farewell, care_of_b).status(), 0);
    EXPECT_EQ(bench.count(), 1U);
    EXPECT_EQ(bench.in_use(), 1);
    EXPECT_EQ(bench.tunnel(), care_of_a);
}

RULE(rfc5648_6_2, DeletesNoneThatIsNotThere,
     "a deregistration of an unknown identifier is refused with status 133") {
    TwoBindings bench;
    Update farewell = identified(12, 7, care_of_b);
    farewell.lifetime = 0;
    EXPECT_EQ(bench.answer(farewell).status(), 133);
    EXPECT_EQ(bench.count(), 2U);
}

RULE(rfc5648_6_2, IgnoresOInADeregistration, "O in a deregistration is ignored: the others stay") {
    TwoBindings bench;
    Update farewell = identified(12, 2, care_of_b, usual | overwrite);
    farewell.lifetime = 0;
    EXPECT_EQ(bench.answer(farewell).status(), 0);
    EXPECT_EQ(bench.count(), 1U);
    EXPECT_EQ(bench.in_use(), 1);
}

RULE(rfc5648_6_2, AddsNothingToABindingWithoutIdentifier,
     "beside a binding without an identifier none is added: status 165") {
    BoundHomeAgent bench(10);
    EXPECT_EQ(bench.answer(identified(11, 1, care_of_b)).status(), 165);
    EXPECT_EQ(bench.tunnel(), care_of_a);
}

RULE(rfc5648_6_2, OverwritesABindingWithoutIdentifier,
     "with O a binding without an identifier is replaced by one that has one") {
    BoundHomeAgent bench(10);
    EXPECT_EQ(bench.answer(identified(11, 1, care_of_b, usual | overwrite)).status(), 0);
    EXPECT_EQ(bench.tunnel(), care_of_b);
}

RULE(rfc5648_4_4, TakesOneAtATime,
     "several identifiers in one update are refused with status 168") {
    HomeAgentBench bench;
    const Update update{.options = joined({identifier(1, care_of_a), octets("0102 0000"),
                                           option(35, octets("0002 0000"))})};
    EXPECT_EQ(bench.answer(update).status(), 168);
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc5648_6_2, AllIdentifiersComeBackInARefusal,
     "every identifier of an update comes back in the acknowledgement, though it is refused") {
    HomeAgentBench bench;
    const Update update{.options = joined({identifier(1, care_of_a), octets("0102 0000"),
                                           option(35, octets("0002 0000"))})};
    EXPECT_EQ(identifiers(bench.answer(update)),
              (std::vector<std::string>{"00010000", "00020000"}));
}

RULE(rfc5648_4_4, IsNotHomeAndAwayAtOnce,
     "H of an identifier, home and away at once, is refused with status 169") {
    HomeAgentBench bench;
    const Update update{.options = identifier(1, care_of_a, 0, 0x80)};
    EXPECT_EQ(bench.answer(update).status(), 169);
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc5648_4_1, AnIdentifierOfAnotherLengthBindsNothing,
     "an identifier of length 5 makes no binding") {
    HomeAgentBench bench;
    EXPECT_TRUE(bench.hear({.options = option(35, octets("0001 0000 00"))}).empty())
        << "nor is it read as one of length 4, which is answered";
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc5648_6_2, EachHasItsOwnLifetime, "each binding ends with its own lifetime") {
    TwoBindings bench;
    bench.wait(300s);
    EXPECT_EQ(bench.answer(identified(12, 2, care_of_b), care_of_b).status(), 0);
    bench.wait(300s);
    EXPECT_EQ(bench.count(), 1U);
    EXPECT_EQ(bench.tunnel(), care_of_b) << "packets go on by the other";
    bench.wait(300s);
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc5648_6_2, ARefusedOneLeavesTheOthers,
     "a refused identifier leaves all others as they are") {
    TwoBindings bench;
    EXPECT_EQ(bench.answer(identified(12, 0, care_of_a)).status(), 164);
    EXPECT_EQ(bench.count(), 2U);
    EXPECT_EQ(bench.answer(identified(12, 1, care_of_a)).status(), 0)
        << "its number was not stored";
}

RULE(rfc5648_6_2, IsKnownByHomeAddress,
     "identifiers of different home addresses have nothing to do with each other") {
    TwoBindings bench;
    EXPECT_EQ(bench.answer(identified(1, 1, care_of_b), care_of_b, other_home).status(), 0);
    EXPECT_EQ(bench.tunnel(other_home), care_of_b);
    EXPECT_EQ(bench.core.other_bindings().of({home}).size(), 1U);
}

}  // namespace
}  // namespace godwit::conformance
