// hostile: never ends, one way per path, to show how long other threads must wait for it to come to a safepoint.
#include <stdlib.h>
#include <string.h>

enum {
    PAGE_BYTES = 65536,
    BLOCK_BYTES = 100 * 1024 * 1024,
};

// Written and read so that the compiler can't leave out what nobody looks at.
static volatile unsigned sink;
static char *volatile block;

// Loops whose counts are known before they begin, which is what a JIT may leave without polls.
static void count(void) {
    static unsigned numbers[PAGE_BYTES];
    for (unsigned round = 0;; round++) {
        unsigned sum = round;
        for (unsigned i = 0; i < PAGE_BYTES; i++) sum = (sum ^ numbers[i]) * 31;
        for (unsigned i = 0; i < 100000000; i++) sum += i ^ sum >> 3;
        sink = sum;
    }
}

static void allocate(void) {
    block = malloc(BLOCK_BYTES);
    if (block == NULL) abort();
}

static void fill(void) {
    allocate();
    for (int value = 1;; value++) memset(block, value, BLOCK_BYTES);
}

static void copy(void) {
    allocate();
    for (;;) memmove(block + 1, block, BLOCK_BYTES - 1);
}

// A page at a time up to the limit, each touched, and then the end: whoever runs this runs it again.
static void grow(void) {
    for (;;) {
        size_t page = __builtin_wasm_memory_grow(0, 1);
        if (page == (size_t)-1) abort();
        *(volatile char *)(page * PAGE_BYTES) = 1;
    }
}

int main(void) {
    const char *path = getenv("PATH_INFO");
    if (path == NULL) return 2;
    if (strcmp(path, "/count") == 0) count();
    if (strcmp(path, "/fill") == 0) fill();
    if (strcmp(path, "/copy") == 0) copy();
    if (strcmp(path, "/grow") == 0) grow();
    return 2;
}
