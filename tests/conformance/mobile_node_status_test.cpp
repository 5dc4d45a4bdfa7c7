// What a mobile node does on each status of a binding acknowledgement: RFC 6275 §6.1.8, §11.7.3,
// and the RFCs that have added to them.

#include "tests/conformance/mobile_node_laboratory.hpp"

namespace godwit::conformance::mobile_node {
namespace {

struct Status {
    const char* name;
    const char* rule;
    unsigned status;
};

constexpr auto accepted = std::to_array<Status>({
    {"Status0IsAccepted", "0, accepted: it is bound", 0},
    {"Status1IsAccepted", "1, prefix discovery necessary: it is bound", 1},
    {"Status2IsAccepted", "2, which no RFC of a mobile node defines: it is bound", 2},
    {"Status3IsAccepted", "3, which no RFC of a mobile node defines: it is bound", 3},
    {"Status4IsAccepted", "4, not complete, where only one binding was asked for: it is bound", 4},
    {"Status5IsAccepted", "5, home without Neighbor Discovery: it is bound", 5},
    {"Status127IsAccepted", "127, the greatest that accepts: it is bound", 127},
});
RULE_TABLE(rfc6275_6_1_8, accepted) {
    LaboratoryNode node;
    node.attach(at(care_of_a));
    node.be_answered({.status = row.status});
    EXPECT_TRUE(node.is_registered());
    EXPECT_EQ(node.tunnel, node.update().path);
    node.run_for(60s);
    EXPECT_EQ(node.update_count(), 1U) << "it has stopped asking";
}

// Nothing that the mobile node says can correct these; time may.
constexpr auto refused = std::to_array<Status>({
    {"Status128IsRefused", "128, reason unspecified: asked again, and not soon", 128},
    {"Status129IsRefused", "129, administratively prohibited: asked again, and not soon", 129},
    {"Status130IsRefused", "130, insufficient resources: asked again, and not soon", 130},
    {"Status131IsRefused", "131, no home registrations here: asked again, and not soon", 131},
    {"Status132IsRefused", "132, not the home subnet: asked again, and not soon", 132},
    {"Status133IsRefused", "133, not its home agent: asked again, and not soon", 133},
    {"Status136IsRefused", "136, expired home nonce index: asked again, and not soon", 136},
    {"Status137IsRefused", "137, expired care-of nonce index: asked again, and not soon", 137},
    {"Status138IsRefused", "138, expired nonces: asked again, and not soon", 138},
    {"Status140IsRefused", "140, no mobile routers here: asked again, and not soon", 140},
    {"Status141IsRefused", "141, invalid prefix: asked again, and not soon", 141},
    {"Status142IsRefused", "142, not authorized for prefix: asked again, and not soon", 142},
    {"Status143IsRefused", "143, forwarding setup failed: asked again, and not soon", 143},
    {"Status144IsRefused", "144, UDP cannot be forced: asked again, and not soon", 144},
    {"Status145IsRefused", "145, a message identifier is missing: asked again, and not soon", 145},
    {"Status147IsRefused", "147, of proxies: asked again, and not soon", 147},
    {"Status164IsRefused", "164, malformed binding identifier: asked again, and not soon", 164},
    {"Status168IsRefused", "168, no bulk registrations: asked again, and not soon", 168},
    {"Status169IsRefused", "169, home or away: asked again, and not soon", 169},
    {"Status174IsRefused", "174, invalid care-of address: asked again, and not soon", 174},
    {"Status176IsRefused", "176, of RFC 6618: asked again, and not soon", 176},
    {"Status255IsRefused", "255, unknown: asked again, and not soon", 255},
});
RULE_TABLE(rfc6275_11_7_3, refused) {
    LaboratoryNode node;
    node.attach(at(care_of_a));
    node.be_answered({.status = row.status});
    EXPECT_EQ(node.binding(), nullptr);
    EXPECT_FALSE(node.carries());
    ASSERT_EQ(node.told<mobility::BindingRefused>().size(), 1U);
    EXPECT_EQ(node.told<mobility::BindingRefused>()[0].status, wire::BindingStatus(row.status));
    node.run_for(32s - 1ns);
    EXPECT_EQ(node.update_count(), 1U);
    node.run_for(1ns);
    EXPECT_EQ(node.update().sequence(), 102);
    node.be_answered();
    EXPECT_TRUE(node.is_registered()) << "once it is accepted, all is well";
}

RULE(rfc6275_11_7_3, KeepsItsBindingWhereARefreshIsRefused,
     "a refused refresh leaves the binding until its lifetime is over, whatever the status") {
    for (const Status& row : refused) {
        LaboratoryNode node;
        node.register_at();
        node.run_until(noon + 480s);
        node.be_answered({.status = row.status});
        node.run_until(noon + 600s - 1ns);
        EXPECT_NE(node.binding(), nullptr) << row.name;
        EXPECT_TRUE(node.carries()) << row.name;
    }
}
RULE(rfc6275_11_7_3, TriesElsewhereAtOnceAfterARefusal,
     "another care-of address is another question, and is asked at once") {
    LaboratoryNode node;
    node.attach(at(care_of_a));
    node.be_answered({.status = 174});
    node.run_for(1s);
    node.attach(at(care_of_b));
    EXPECT_EQ(node.update().source(), care_of_b.address);
}

// 134

RULE(rfc6275_11_7_1, NeverUsesAHomeAddressThatIsSomebodyElses,
     "134: the same home address is not asked for again, wherever the node goes") {
    LaboratoryNode node;
    node.attach(at(care_of_a));
    node.be_answered({.status = 134});
    node.run_for(1h);
    node.attach(at(care_of_b));
    node.run_for(1h);
    EXPECT_EQ(node.update_count(), 1U);
    EXPECT_FALSE(node.carries());
    EXPECT_EQ(node.told<mobility::BindingRefused>().size(), 1U);
}

// 135

struct Numbers {
    const char* name;
    const char* rule;
    std::uint16_t known;
    std::uint16_t next;
};
// Newer than the home agent's, and never back, nor where a run before may have been (decision
// 0043).
constexpr auto known_numbers = std::to_array<Numbers>({
    {"Status135Of0IsFollowedByItsOwnNext", "135 with an older number: the next is its own", 0, 102},
    {"Status135Of100IsFollowedByItsOwnNext", "135 with the number before its own: likewise", 100,
     102},
    {"Status135Of101IsFollowedBy102", "135 with its own number: the next is one more", 101, 102},
    {"Status135Of900IsFollowedByANewerOne", "135 with a number ahead: the next is newer", 900,
     900 + 16385},
    {"Status135Of32767IsFollowedByANewerOne", "135 with number 32767: the next is newer", 32767,
     32767 + 16385},
    {"Status135Of65535IsFollowedByItsOwnNext", "135 with number 65535, which is older: its own",
     65535, 102},
});
RULE_TABLE(rfc6275_11_7_3, known_numbers) {
    LaboratoryNode node;
    node.attach(at(care_of_a));
    node.be_answered({.status = 135, .lifetime = 0, .sequence = row.known});
    ASSERT_EQ(node.update_count(), 2U) << "asked again at once";
    EXPECT_EQ(node.update().sequence(), row.next);
    node.be_answered();
    EXPECT_TRUE(node.is_registered());
}
RULE(rfc6275_11_7_3, IsNotBoundByStatus135,
     "135 is no acknowledgement, though its number be the update's") {
    LaboratoryNode node;
    node.attach(at(care_of_a));
    node.be_answered({.status = 135});
    EXPECT_FALSE(node.is_registered());
    EXPECT_EQ(node.binding(), nullptr);
}
RULE(rfc6275_11_7_3, BelievesNoStatus135WhileNothingIsOutstanding,
     "135 that answers nothing changes no number") {
    LaboratoryNode node;
    node.register_at();
    node.be_answered({.status = 135, .sequence = 900});
    EXPECT_EQ(node.update_count(), 1U);
    node.attach(at(care_of_b));
    EXPECT_EQ(node.update().sequence(), 102);
}
RULE(rfc6275_11_7_3, CorrectsTheNumberOfADeregistration,
     "135 to a deregistration corrects its number, and it goes on") {
    LaboratoryNode node;
    node.register_at();
    node.attach(at_home);
    node.be_answered({.status = 135, .lifetime = 0, .sequence = 7000});
    EXPECT_EQ(node.update().sequence(), 7000 + 16385);
    EXPECT_EQ(node.update().lifetime(), 0U);
    node.be_answered({.lifetime = 0});
    EXPECT_TRUE(node.is_home());
}

}  // namespace
}  // namespace godwit::conformance::mobile_node
