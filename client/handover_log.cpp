#include "client/handover_log.hpp"

#include <algorithm>
#include <iterator>

#include "client/status.hpp"

namespace godwit::client {
namespace {

using runtime::Json;

Json record_object(const mobility::HandoverRecorded& record) {
    return {{"from", place(record.from)},
            {"to", place(record.to)},
            {"cause", name(record.cause)},
            {"without_link_ms", milliseconds(record.without_link)},
            {"first_sent_ms", milliseconds(record.first_sent)},
            {"acknowledged_ms", milliseconds(record.acknowledged)},
            {"first_received_ms", milliseconds(record.first_received)},
            {"resent", record.resent},
            {"lost", record.lost}};
}

}  // namespace

void HandoverLog::add(const mobility::HandoverRecorded& record) {
    last_.push_back(record);
    if (last_.size() > remembered) {
        last_.pop_front();
    }
    const auto bucket = std::ranges::find_if(buckets, [&record](int up_to) {
        return record.acknowledged <= std::chrono::milliseconds(up_to);
    });
    ++counts_.at(static_cast<std::size_t>(bucket - buckets.begin()));
    resent_ += record.resent;
    lost_ += record.lost;
}

Json HandoverLog::to_json() const {
    Json records = Json::array();
    std::ranges::transform(last_, std::back_inserter(records), record_object);
    return {{"records", records},
            {"acknowledged_ms", {{"up_to", buckets}, {"count", counts_}}},
            {"resent", resent_},
            {"lost", lost_}};
}

}  // namespace godwit::client
