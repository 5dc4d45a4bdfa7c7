#include "shared/platform/unused_memory.hpp"

#include <elf.h>
#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace godwit::platform {
namespace {

// Segments that cannot be written have no pages but the file's: dl_iterate_phdr(3), madvise(2).
int forget_unwritable(dl_phdr_info* object, std::size_t /*size*/, void* /*data*/) {
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    for (const ElfW(Phdr) & segment : std::span(object->dlpi_phdr, object->dlpi_phnum)) {
        if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) {
            continue;
        }
        const std::uintptr_t begin = (object->dlpi_addr + segment.p_vaddr) / page * page;
        const std::uintptr_t end = object->dlpi_addr + segment.p_vaddr + segment.p_memsz;
        // Without effect where the kernel refuses, as for the page that it provides itself.
        ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
    }
    return 0;
}

}  // namespace

void give_back_free_heap() {
    ::malloc_trim(0);
}

void give_back_unused_memory() {
    give_back_free_heap();
    ::dl_iterate_phdr(forget_unwritable, nullptr);
}

}  // namespace godwit::platform
