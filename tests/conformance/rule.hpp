#pragma once
// A conformance case is one demand of one section of an RFC, and says it in a line of our own
// words:
//
//   RULE(rfc6275_9_5_1, ComparesSequenceNumbersModulo65536, "a number is newer if it is 1 to 32767
//   ahead") {
//       ...
//   }
//
// A table is as many cases as it has rows. Each row has a name and a rule of its own, and whatever
// else the body needs of it:
//
//   struct Length { const char* name; const char* rule; std::uint8_t octets; };
//   constexpr auto lengths = std::to_array<Length>({{"IsTwo", "the option has length 2", 2}, ...});
//   RULE_TABLE(rfc6275_6_2_4, lengths) {
//       EXPECT_...(row.octets);
//   }
//
// The rule comes out as the property "rule" of the case, which tests/conformance/report reads.

#include <gtest/gtest.h>

#include <string>
#include <type_traits>

namespace godwit::conformance {

template <class Row>
class TableCase final : public testing::Test {
  public:
    TableCase(const Row& row, void (*check)(const Row&)) : row_(row), check_(check) {}
    void TestBody() override {
        RecordProperty("rule", std::string(row_.rule));
        check_(row_);
    }

  private:
    const Row& row_;
    void (*check_)(const Row&);
};

// A suite may have both tables and single rules.
template <class Rows, class Row>
bool register_table(const char* suite, const Rows& rows, void (*check)(const Row&),
                    const char* file, int line) {
    for (const Row& row : rows) {
        testing::RegisterTest(
            suite, std::string(row.name).c_str(), nullptr, nullptr, file, line,
            [&row, check]() -> testing::Test* { return new TableCase<Row>(row, check); });
    }
    return true;
}

}  // namespace godwit::conformance

// NOLINTBEGIN: a macro as GoogleTest's own
#define RULE(suite, name, text)         \
    struct suite##_##name##_Rule {      \
        static void check();            \
    };                                  \
    TEST(suite, name) {                 \
        RecordProperty("rule", text);   \
        suite##_##name##_Rule::check(); \
    }                                   \
    void suite##_##name##_Rule::check()

// `rows` is the name of an array that lives as long as the program.
#define RULE_TABLE(suite, rows)                                                                    \
    struct suite##_##rows##_Table {                                                                \
        using Row = std::remove_cvref_t<decltype(rows[0])>;                                        \
        static void check(const Row& row);                                                         \
    };                                                                                             \
    [[maybe_unused]] const bool suite##_##rows##_registered = godwit::conformance::register_table( \
        #suite, rows, &suite##_##rows##_Table::check, __FILE__, __LINE__);                         \
    void suite##_##rows##_Table::check(const Row& row)
// NOLINTEND
