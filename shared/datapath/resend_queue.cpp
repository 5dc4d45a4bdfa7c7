#include "shared/datapath/resend_queue.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "shared/wire/esp_header.hpp"

namespace godwit::datapath {
namespace {

const mobility::Reception* find(const std::vector<mobility::Reception>& receptions,
                                std::uint32_t spi) {
    const auto found = std::ranges::find(receptions, spi, &mobility::Reception::spi);
    return found != receptions.end() ? &*found : nullptr;
}

}  // namespace

ResendQueue::~ResendQueue() {
    while (!blocks_.empty()) {
        drop_oldest();
    }
    if (next_block_ != nullptr) {
        memory_->give_back(std::move(next_block_));
    }
}

std::span<std::uint8_t> ResendQueue::room_for(std::size_t sealed) {
    if (sealed > ResendBlock::capacity) {
        return {};
    }
    if (!blocks_.empty() && blocks_.back()->used + sealed <= ResendBlock::capacity) {
        return std::span(blocks_.back()->octets).subspan(blocks_.back()->used, sealed);
    }
    if (next_block_ == nullptr) {
        next_block_ = take_block();
    }
    return std::span(next_block_->octets).first(sealed);
}

bool ResendQueue::keep(mobility::Instant now, std::span<const std::uint8_t> sealed,
                       std::size_t inner_size, std::uint8_t traffic_class) {
    const auto header = wire::EspHeader::parse(sealed);
    const auto room = header ? room_for(sealed.size()) : std::span<std::uint8_t>();
    if (room.empty()) {
        return true;
    }
    if (room.data() != sealed.data()) {
        std::memcpy(room.data(), sealed.data(), sealed.size());
    }
    if (next_block_ != nullptr && room.data() == next_block_->octets.data()) {
        begin_next_block();
    }
    ResendBlock& block = *blocks_.back();
    block.packets.push_back({.spi = header->spi,
                             .sequence = header->sequence,
                             .offset = static_cast<std::uint32_t>(block.used),
                             .size = static_cast<std::uint32_t>(sealed.size()),
                             .sent_along = is_behind_ ? 0 : path_,
                             .inner_size = static_cast<std::uint16_t>(inner_size),
                             .traffic_class = traffic_class,
                             .at = now});
    block.used += sealed.size();
    return !is_behind_;
}

// It is one of the newest.
bool ResendQueue::on_refused(std::span<const std::uint8_t> sealed, DropReason reason) {
    const auto header = wire::EspHeader::parse(sealed);
    for (auto block = blocks_.rbegin(); header && block != blocks_.rend(); ++block) {
        for (auto packet = (*block)->packets.rbegin(); packet != (*block)->packets.rend();
             ++packet) {
            if (packet->spi != header->spi || packet->sequence < header->sequence) {
                return false;
            }
            if (packet->sequence == header->sequence) {
                packet->sent_along = 0;
                packet->refused_for = reason;
                return true;
            }
        }
    }
    return false;
}

std::unique_ptr<ResendBlock> ResendQueue::take_block() {
    if (blocks_.size() >=
        std::max<std::size_t>(memory_->limits().each / ResendBlock::capacity, 1)) {
        give_up_oldest();
    }
    return memory_->take();
}

// There is no block among blocks_ without a packet.
void ResendQueue::begin_next_block() {
    blocks_.push_back(std::move(next_block_));
    if (blocks_.size() == 1) {
        memory_->on_oldest(*this, 0, blocks_.front()->number);
    }
}

void ResendQueue::drop_oldest() {
    std::unique_ptr<ResendBlock> oldest = std::move(blocks_.front());
    std::ranges::for_each(oldest->packets, [this](const auto& packet) { count_lost(packet); });
    blocks_.pop_front();
    ++first_block_;
    memory_->on_oldest(*this, oldest->number, blocks_.empty() ? 0 : blocks_.front()->number);
    memory_->give_back(std::move(oldest));
}

void ResendQueue::give_up_oldest() {
    note_given_up(*blocks_.front());
    drop_oldest();
}

bool ResendQueue::expire_oldest(mobility::Instant now) {
    if (now < oldest_expires()) {
        return false;
    }
    drop_oldest();
    return true;
}

mobility::Instant ResendQueue::oldest_expires() const {
    return blocks_.front()->packets.back().at + memory_->limits().age;
}

void ResendQueue::note_given_up(const ResendBlock& block) {
    const KeptPacket& first = block.packets.front();
    const KeptPacket& last = block.packets.back();
    if (!given_up_ || given_up_->spi != last.spi || is_too_old(last.at, given_up_->at)) {
        given_up_ = {.spi = last.spi, .first = first.sequence};
    }
    given_up_->last = last.sequence;
    given_up_->at = last.at;
}

// It leaves, or is too old to be sent.
void ResendQueue::count_lost(const KeptPacket& packet) {
    if (outcome_ && is_behind_ && is_wanted(packet)) {
        ++outcome_->lost;
    }
    if (packet.sent_along == 0) {
        memory_->note_unsent(packet.refused_for);
    }
}

void ResendQueue::hold() {
    is_held_ = true;
    if (!is_behind_) {
        is_behind_ = true;
        next_ = {.block = first_block_, .packet = 0};
    }
}

void ResendQueue::on_path(mobility::Instant now, std::optional<mobility::Instant> doubted_since) {
    begin_path(now);
    is_told_of_ = false;
    is_held_ = false;
    receptions_.clear();
    doubted_since_ = doubted_since;
    outcome_.reset();
    resent_ = 0;
    go_back();
}

void ResendQueue::on_reception(mobility::Instant now,
                               const std::vector<mobility::Reception>& receptions) {
    memory_->expire(now);
    if (std::exchange(is_told_of_, true)) {
        begin_path(now);
        resent_ = 0;
    }
    receptions_ = receptions;
    outcome_ = Outcome{};
    count_given_up(now);
    go_back();
}

// What nobody would have sent again is no loss of this move.
void ResendQueue::count_given_up(mobility::Instant now) {
    const auto given_up = std::exchange(given_up_, std::nullopt);
    const auto* reception = given_up ? find(receptions_, given_up->spi) : nullptr;
    if (reception != nullptr && !is_too_old(now, given_up->at)) {
        outcome_->lost += reception->count_missing(given_up->first, given_up->last);
    }
}

// Before the path changes: what went along it lately.
void ResendQueue::set_pace(mobility::Instant now) {
    if (blocks_.empty()) {
        return;
    }
    std::size_t octets = 0;
    for (const auto& block : blocks_) {
        octets += block->used;
    }
    pace_.begin(now, static_cast<std::int64_t>(octets),
                blocks_.back()->packets.back().at - blocks_.front()->packets.front().at);
}

void ResendQueue::begin_path(mobility::Instant now) {
    set_pace(now);
    ++path_;
}

void ResendQueue::go_back() {
    is_behind_ = !blocks_.empty();
    next_ = {.block = first_block_, .packet = 0};
}

std::optional<ResendQueue::Due> ResendQueue::next(mobility::Instant now) {
    while (is_behind_ && !is_held_) {
        KeptPacket* packet = find_next();
        if (packet == nullptr) {
            is_behind_ = false;
            break;
        }
        if (is_too_old(now, packet->at)) {
            count_lost(*packet);
            packet->sent_along = path_;
            ++next_.packet;
            continue;
        }
        if (now < pace_.next()) {
            break;
        }
        pace_.on_sent(now, packet->size);
        const bool is_new = std::exchange(packet->sent_along, path_) == 0;
        resent_ += is_new ? 0U : 1U;
        const auto octets = std::span(block_at(next_.block)->octets);
        ++next_.packet;
        return Due{.sealed = octets.subspan(packet->offset, packet->size),
                   .inner_size = packet->inner_size,
                   .traffic_class = packet->traffic_class,
                   .is_new = is_new};
    }
    return std::nullopt;
}

// The first, from next_ on, that is wanted; next_ is there then.
KeptPacket* ResendQueue::find_next() {
    if (next_.block < first_block_) {
        next_ = {.block = first_block_, .packet = 0};
    }
    while (ResendBlock* block = block_at(next_.block)) {
        for (; next_.packet < block->packets.size(); ++next_.packet) {
            if (is_wanted(block->packets[next_.packet])) {
                return &block->packets[next_.packet];
            }
        }
        next_ = {.block = next_.block + 1, .packet = 0};
    }
    return nullptr;
}

std::optional<ResendQueue::Outcome> ResendQueue::take_outcome() {
    if (is_behind_ || !outcome_) {
        return std::nullopt;
    }
    Outcome outcome = *std::exchange(outcome_, std::nullopt);
    outcome.resent = std::exchange(resent_, 0);
    return outcome;
}

ResendBlock* ResendQueue::block_at(std::uint64_t number) const {
    const std::uint64_t index = number - first_block_;
    return index < blocks_.size() ? blocks_[index].get() : nullptr;
}

// What was sent along the present path is on its way. Of what went along another one before, the
// other end has to say first that it did not come, unless there is reason to doubt it.
bool ResendQueue::is_wanted(const KeptPacket& packet) const {
    if (packet.sent_along == 0) {
        return true;
    }
    if (packet.sent_along == path_) {
        return false;
    }
    if (receptions_.empty()) {
        return doubted_since_ && packet.at >= *doubted_since_;
    }
    const auto* reception = find(receptions_, packet.spi);
    return reception == nullptr || reception->is_missing(packet.sequence);
}

}  // namespace godwit::datapath
