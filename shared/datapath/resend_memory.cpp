#include "shared/datapath/resend_memory.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "shared/datapath/resend_queue.hpp"

namespace godwit::datapath {

std::unique_ptr<ResendBlock> ResendMemory::take() {
    if (octets_in_use() + ResendBlock::capacity > limits_.all && !by_oldest_.empty()) {
        by_oldest_.begin()->second->give_up_oldest();
    }
    std::unique_ptr<ResendBlock> block;
    if (spare_.empty()) {
        block = std::make_unique<ResendBlock>();
    } else {
        block = std::move(spare_.back());
        spare_.pop_back();
    }
    block->number = ++last_number_;
    ++in_use_;
    return block;
}

void ResendMemory::give_back(std::unique_ptr<ResendBlock> block) {
    block->used = 0;
    block->packets.clear();
    departing_.push_back(std::move(block));
    --in_use_;
}

void ResendMemory::on_departed() {
    if (by_oldest_.empty()) {
        free(departing_);
        return;
    }
    std::ranges::move(departing_, std::back_inserter(spare_));
    departing_.clear();
    if (spare_.size() > in_use_ + most_spare) {
        free_all_but(in_use_ + most_spare);
    }
}

// Who has become slower does not need them any more.
void ResendMemory::free_all_but(std::size_t spare) {
    std::vector<std::unique_ptr<ResendBlock>> many;
    std::move(spare_.begin() + static_cast<std::ptrdiff_t>(spare), spare_.end(),
              std::back_inserter(many));
    spare_.resize(spare);
    free(many);
}

// Who is idle holds no memory.
void ResendMemory::free(std::vector<std::unique_ptr<ResendBlock>>& blocks) {
    freed_ += blocks.size() * sizeof(ResendBlock);
    blocks = std::vector<std::unique_ptr<ResendBlock>>();
}

void ResendMemory::on_oldest(ResendQueue& queue, std::uint64_t before, std::uint64_t after) {
    by_oldest_.erase(before);
    if (after != 0) {
        by_oldest_.emplace(after, &queue);
    }
}

void ResendMemory::expire(mobility::Instant now) {
    while (!by_oldest_.empty() && by_oldest_.begin()->second->expire_oldest(now)) {
    }
    if (by_oldest_.empty()) {
        free(spare_);
    }
}

std::optional<mobility::Instant> ResendMemory::next_deadline() const {
    if (by_oldest_.empty()) {
        return std::nullopt;
    }
    return by_oldest_.begin()->second->oldest_expires();
}

}  // namespace godwit::datapath
