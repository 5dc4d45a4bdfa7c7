#include "shared/runtime/merged_reads.hpp"

namespace godwit::runtime {

using Kind = wire::VirtioNetHeader::Segmentation;

void MergedReads::on_read(Kind kind, bool makes_sense) {
    if (kind != Kind::none) {
        count(kind == Kind::udp ? Offload::tun_read_udp : Offload::tun_read_tcp, makes_sense);
    }
}

void MergedReads::on_unintelligible(std::size_t count) {
    for (std::size_t read = 0; read < count; ++read) {
        this->count(Offload::tun_read_tcp, false);
        this->count(Offload::tun_read_udp, false);
    }
}

void MergedReads::count(Offload offload, bool makes_sense) {
    unsigned& score = score_[offload == Offload::tun_read_tcp ? 0 : 1];
    if (makes_sense) {
        score -= score > 0 ? 1 : 0;
        return;
    }
    score += weight;
    if (score < patience * weight || switches_ == nullptr || !switches_->is_on(offload)) {
        return;
    }
    switches_->switch_off(offload, OffloadState::corrupt);
    give_merged_({.tcp = switches_->is_on(Offload::tun_read_tcp),
                  .udp = switches_->is_on(Offload::tun_read_udp)});
}

}  // namespace godwit::runtime
