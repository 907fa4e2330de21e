// How a freestanding program names what it takes from its host and what it gives to it.
#define IMPORT(from, name) __attribute__((import_module(from), import_name(name)))
#define EXPORT(name) __attribute__((export_name(name)))

// Bytes and their number, which is also how WASI has a vector.
struct text {
    const char *bytes;
    unsigned length;
};
#define TEXT(literal) {literal, sizeof(literal) - 1}
