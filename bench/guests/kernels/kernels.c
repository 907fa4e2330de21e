// Ten things that guests spend their time on, without a library's help. Each makes its own input from a seed and returns
// a checksum, so that two engines can be compared. `kernel` is for who calls exports; as a CGI program it runs the
// kernel that the path names by its number, and answers with the checksum.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KB = 1024, INPUT_BYTES = 1024 * KB };

static uint8_t input[INPUT_BYTES], output[2 * INPUT_BYTES], back[INPUT_BYTES];
static uint32_t seed;

static uint32_t next(void) {
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed;
}

static uint32_t mix(const void *bytes, size_t count) {
    const uint8_t *at = bytes;
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < count; i++) hash = (hash ^ at[i]) * 16777619u;
    return hash;
}

static void fill_bytes(size_t count) {
    for (size_t i = 0; i + 4 <= count; i += 4) {
        uint32_t word = next();
        memcpy(input + i, &word, 4);
    }
}

static const char *const WORDS[] = {"the",   "edge",  "runs", "guests", "near", "people",  "who",    "ask",
                                    "and",   "every", "one",  "starts", "anew", "from",    "memory", "as",
                                    "it",    "was",   "at",   "first",  "no",   "request", "sees",   "what",
                                    "ada19", "left",  "to",   "bob7",   "or",   "eve2026", "wrote",  "here"};

static size_t fill_text(size_t count) {
    size_t at = 0;
    while (at + 16 < count) {
        const char *word = WORDS[next() & 31];
        size_t length = strlen(word);
        memcpy(input + at, word, length);
        at += length;
        input[at++] = next() % 12 ? ' ' : '\n';
    }
    return at;
}

// --- SHA-256 (FIPS 180-4)

static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
    0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
    0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
    0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate(uint32_t x, int n) { return x >> n | x << (32 - n); }

static void sha256_block(uint32_t state[8], const uint8_t *block) {
    uint32_t w[64], s[8];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)block[4 * i] << 24 | block[4 * i + 1] << 16 | block[4 * i + 2] << 8 | block[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        uint32_t a = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t b = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + a + w[i - 7] + b;
    }
    memcpy(s, state, sizeof s);
    for (int i = 0; i < 64; i++) {
        uint32_t e = rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25);
        uint32_t t1 = s[7] + e + ((s[4] & s[5]) ^ (~s[4] & s[6])) + K[i] + w[i];
        uint32_t a = rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22);
        uint32_t t2 = a + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        s[7] = s[6], s[6] = s[5], s[5] = s[4], s[4] = s[3] + t1, s[3] = s[2], s[2] = s[1], s[1] = s[0], s[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++) state[i] += s[i];
}

static uint32_t sha256(void) {
    uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    fill_bytes(INPUT_BYTES);
    for (size_t i = 0; i < INPUT_BYTES; i += 64) sha256_block(state, input + i);
    return mix(state, sizeof state);
}

// --- CRC-32 and Adler-32, as gzip and zlib check what they unpacked

static uint32_t checks(void) {
    uint32_t table[256], crc = ~0u, a = 1, b = 0;
    fill_bytes(INPUT_BYTES);
    for (uint32_t i = 0; i < 256; i++) {
        table[i] = i;
        for (int k = 0; k < 8; k++) table[i] = table[i] & 1 ? 0xedb88320u ^ table[i] >> 1 : table[i] >> 1;
    }
    for (size_t i = 0; i < INPUT_BYTES; i++) crc = table[(crc ^ input[i]) & 255] ^ crc >> 8;
    for (size_t i = 0; i < INPUT_BYTES;) {
        for (size_t end = i + 4096; i < end; i++) a += input[i], b += a;
        a %= 65521, b %= 65521;
    }
    return ~crc ^ (b << 16 | a);
}

// --- LZ77 with a hash of four bytes, as LZ4 has it: packed and unpacked again

static uint32_t word_at(const uint8_t *at) {
    uint32_t word;
    memcpy(&word, at, 4);
    return word;
}

static size_t put_length(uint8_t *to, size_t length) {
    size_t at = 0;
    for (; length >= 255; length -= 255) to[at++] = 255;
    to[at++] = (uint8_t)length;
    return at;
}

static size_t lz_pack(const uint8_t *from, size_t count, uint8_t *to) {
    static uint32_t heads[1 << 13];
    size_t at = 0, literal = 0, out = 0;
    memset(heads, 0, sizeof heads);
    while (at + 8 < count) {
        uint32_t slot = word_at(from + at) * 2654435761u >> 19;
        size_t before = heads[slot];
        heads[slot] = (uint32_t)at;
        if (before >= at || at - before > 65535 || word_at(from + before) != word_at(from + at)) {
            at++;
            continue;
        }
        size_t length = 4;
        while (at + length < count && from[before + length] == from[at + length]) length++;
        out += put_length(to + out, at - literal);
        memcpy(to + out, from + literal, at - literal);
        out += at - literal;
        to[out++] = (uint8_t)(at - before), to[out++] = (uint8_t)((at - before) >> 8);
        out += put_length(to + out, length);
        at += length;
        literal = at;
    }
    out += put_length(to + out, count - literal);
    memcpy(to + out, from + literal, count - literal);
    return out + count - literal;
}

static size_t get_length(const uint8_t *from, size_t *at) {
    size_t length = 0;
    while (from[*at] == 255) length += 255, ++*at;
    return length + from[(*at)++];
}

static size_t lz_unpack(const uint8_t *from, size_t count, uint8_t *to) {
    size_t at = 0, out = 0;
    while (at < count) {
        size_t literals = get_length(from, &at);
        memcpy(to + out, from + at, literals);
        at += literals, out += literals;
        if (at >= count) break;
        size_t distance = from[at] | from[at + 1] << 8;
        at += 2;
        for (size_t length = get_length(from, &at); length > 0; length--, out++) to[out] = to[out - distance];
    }
    return out;
}

static uint32_t lz(void) {
    size_t count = fill_text(INPUT_BYTES / 2), packed = lz_pack(input, count, output);
    size_t unpacked = lz_unpack(output, packed, back);
    if (unpacked != count || memcmp(back, input, count) != 0) return 0;
    return mix(output, packed) ^ (uint32_t)packed;
}

// --- JSON, parsed into a tree

struct value {
    enum { NIL, TRUTH, NUMBER, TEXT, LIST, RECORD } kind;
    double number;
    const char *text;
    size_t length;
    struct value *first, *next;
};

static const char *json_at;

static void blanks(void) {
    while (*json_at == ' ' || *json_at == '\n') json_at++;
}

static struct value *parse(void);

static struct value *parse_text(struct value *value) {
    char *to = (char *)output + (json_at - (const char *)input);
    value->kind = TEXT, value->text = to;
    for (json_at++; *json_at != '"'; json_at++) {
        if (*json_at == '\\') json_at++;
        *to++ = *json_at;
    }
    json_at++;
    value->length = (size_t)(to - value->text);
    return value;
}

static struct value *parse_many(struct value *value, char end) {
    struct value **to = &value->first;
    json_at++;
    for (blanks(); *json_at != end; blanks()) {
        if (*json_at == ',') json_at++, blanks();
        if (value->kind == RECORD) {
            *to = parse();
            to = &(*to)->next;
            blanks();
            json_at++;
        }
        *to = parse();
        to = &(*to)->next;
    }
    json_at++;
    return value;
}

static struct value *parse_number(struct value *value) {
    double number = 0, scale = 1, sign = 1;
    if (*json_at == '-') sign = -1, json_at++;
    while (*json_at >= '0' && *json_at <= '9') number = number * 10 + (*json_at++ - '0');
    if (*json_at == '.')
        for (json_at++; *json_at >= '0' && *json_at <= '9'; json_at++) number += (*json_at - '0') * (scale /= 10);
    value->kind = NUMBER, value->number = sign * number;
    return value;
}

static struct value *parse(void) {
    struct value *value = calloc(1, sizeof *value);
    blanks();
    switch (*json_at) {
        case '{': value->kind = RECORD; return parse_many(value, '}');
        case '[': value->kind = LIST; return parse_many(value, ']');
        case '"': return parse_text(value);
        case 't': value->kind = TRUTH, json_at += 4; return value;
        case 'n': value->kind = NIL, json_at += 4; return value;
        default: return parse_number(value);
    }
}

static uint32_t weigh(const struct value *value) {
    uint32_t sum = (uint32_t)value->kind;
    if (value->kind == NUMBER) sum += (uint32_t)(int32_t)(value->number * 100);
    if (value->kind == TEXT) sum += mix(value->text, value->length);
    for (const struct value *child = value->first; child; child = child->next) sum = sum * 31 + weigh(child);
    return sum;
}

static void free_tree(struct value *value) {
    while (value) {
        struct value *after = value->next;
        free_tree(value->first);
        free(value);
        value = after;
    }
}

static uint32_t json(void) {
    char *to = (char *)input;
    *to++ = '[';
    for (int i = 0; i < 3600; i++) {
        const char *name = WORDS[next() & 31], *tag = WORDS[next() & 31];
        to += sprintf(to, "%s{\"id\": %d, \"name\": \"%s\\\"%s\", \"price\": -%d.%02d, \"open\": true, \"tags\": [\"%s\", null, %d]}",
                      i ? ",\n" : "", i, name, tag, (int)(next() % 1000), (int)(next() % 100), tag, (int)(next() % 50));
    }
    strcpy(to, "]");
    json_at = (const char *)input;
    struct value *tree = parse();
    uint32_t sum = weigh(tree);
    free_tree(tree);
    return sum;
}

// --- A regular expression, matched by backtracking: literals, ., [a-z], * and +

static const char *class_end(const char *re) {
    if (*re != '[') return re + 1;
    while (*re != ']') re++;
    return re + 1;
}

static int one(const char *re, char c) {
    if (c == '\n' || c == 0) return 0;
    if (*re == '.') return 1;
    if (*re != '[') return *re == c;
    for (re++; *re != ']'; re += 3)
        if (c >= re[0] && c <= re[2]) return 1;
    return 0;
}

static const char *match_here(const char *re, const char *text) {
    if (*re == 0) return text;
    const char *after = class_end(re);
    if (*after != '*' && *after != '+') return one(re, *text) ? match_here(after, text + 1) : NULL;
    const char *most = text;
    while (one(re, *most)) most++;
    for (int least = *after == '+'; most - text >= least; most--) {
        const char *end = match_here(after + 1, most);
        if (end) return end;
    }
    return NULL;
}

static uint32_t regex(void) {
    static const char *const PATTERNS[] = {"[a-z]+[0-9]+", "e[a-z]*s ", "r.*w[a-z]+ [a-z]*y "};
    uint32_t found = 0;
    input[fill_text(48 * KB)] = 0;
    for (int p = 0; p < 3; p++) {
        for (const char *at = (const char *)input; *at;) {
            const char *end = match_here(PATTERNS[p], at);
            found = end ? found * 31 + (uint32_t)(end - at) : found;
            at = end && end > at ? end : at + 1;
        }
    }
    return found;
}

// --- An image: Gaussian blur in two passes, then halved

enum { WIDTH = 384, HEIGHT = 256, CHANNELS = 4, ROW = WIDTH * CHANNELS };

static void blur_pass(const uint8_t *from, uint8_t *to, int step, int length, int across, int lines) {
    static const int WEIGHTS[7] = {1, 6, 15, 20, 15, 6, 1};
    for (int line = 0; line < lines; line++) {
        for (int i = 0; i < length; i++) {
            for (int c = 0; c < CHANNELS; c++) {
                int sum = 32;
                for (int k = -3; k <= 3; k++) {
                    int at = i + k < 0 ? 0 : i + k >= length ? length - 1 : i + k;
                    sum += WEIGHTS[k + 3] * from[line * across + at * step + c];
                }
                to[line * across + i * step + c] = (uint8_t)(sum >> 6);
            }
        }
    }
}

static uint32_t image(void) {
    fill_bytes(ROW * HEIGHT);
    blur_pass(input, back, CHANNELS, WIDTH, ROW, HEIGHT);
    blur_pass(back, input, ROW, HEIGHT, CHANNELS, WIDTH);
    for (int y = 0; y < HEIGHT / 2; y++)
        for (int x = 0; x < WIDTH / 2; x++)
            for (int c = 0; c < CHANNELS; c++) {
                const uint8_t *at = input + 2 * y * ROW + 2 * x * CHANNELS + c;
                output[(y * WIDTH / 2 + x) * CHANNELS + c] =
                    (uint8_t)((at[0] + at[CHANNELS] + at[ROW] + at[ROW + CHANNELS] + 2) / 4);
            }
    return mix(output, ROW * HEIGHT / 4);
}

// --- Sorting: numbers by a heap, names by quicksort through a function pointer

static void sift(uint32_t *heap, size_t at, size_t count) {
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && heap[child + 1] > heap[child]) child++;
        if (heap[at] >= heap[child]) return;
        uint32_t swapped = heap[at];
        heap[at] = heap[child], heap[child] = swapped;
    }
}

static int by_text(const void *a, const void *b) { return strcmp(a, b); }

static void quicksort(char *names, size_t count, size_t width, int (*compare)(const void *, const void *)) {
    char pivot[16], swapped[16];
    while (count > 1) {
        long i = -1, j = (long)count;
        memcpy(pivot, names + (count - 1) / 2 * width, width);
        for (;;) {
            do i++;
            while (compare(names + i * width, pivot) < 0);
            do j--;
            while (compare(names + j * width, pivot) > 0);
            if (i >= j) break;
            memcpy(swapped, names + i * width, width);
            memcpy(names + i * width, names + j * width, width);
            memcpy(names + j * width, swapped, width);
        }
        quicksort(names, (size_t)j + 1, width, compare);
        names += (j + 1) * width, count -= (size_t)j + 1;
    }
}

static uint32_t sort(void) {
    enum { NUMBERS = 32 * KB, NAMES = 12 * KB };
    uint32_t *heap = (uint32_t *)output;
    for (size_t i = 0; i < NUMBERS; i++) heap[i] = next();
    for (size_t i = NUMBERS / 2; i-- > 0;) sift(heap, i, NUMBERS);
    for (size_t end = NUMBERS; --end > 0;) {
        uint32_t largest = heap[0];
        heap[0] = heap[end], heap[end] = largest;
        sift(heap, 0, end);
    }
    for (size_t i = 0; i < NAMES; i++) {
        char *name = (char *)input + 16 * i;
        memset(name, 0, 16);
        for (int k = 0; k < 12; k++) name[k] = (char)('a' + (next() >> 8) % 26);
    }
    quicksort((char *)input, NAMES, 16, by_text);
    return mix(output, NUMBERS * 4) ^ mix(input, NAMES * 16);
}

// --- Matrices of doubles

static uint32_t matrix(void) {
    enum { N = 184 };
    static double a[N][N], b[N][N], c[N][N];
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) a[i][j] = next() % 1000 / 8.0, b[i][j] = next() % 1000 / 16.0, c[i][j] = 0;
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++)
            for (int j = 0; j < N; j++) c[i][j] += a[i][k] * b[k][j];
    return mix(c, sizeof c);
}

// --- Text put together: words counted in a hash table, then written as escaped HTML into a buffer that grows

struct text {
    char *bytes;
    size_t length, room;
};

static void append(struct text *to, const char *bytes, size_t count) {
    if (to->length + count > to->room) {
        to->room = 2 * (to->length + count);
        to->bytes = realloc(to->bytes, to->room);
    }
    memcpy(to->bytes + to->length, bytes, count);
    to->length += count;
}

static void append_escaped(struct text *to, const char *bytes) {
    for (; *bytes; bytes++) {
        switch (*bytes) {
            case '<': append(to, "&lt;", 4); break;
            case '&': append(to, "&amp;", 5); break;
            default: append(to, bytes, 1);
        }
    }
}

static uint32_t strings(void) {
    enum { SLOTS = 4096 };
    static struct {
        char *word;
        uint32_t count;
    } slots[SLOTS];
    struct text page = {0};
    memset(slots, 0, sizeof slots);
    for (int i = 0; i < 30000; i++) {
        char word[32];
        const char *stem = WORDS[next() & 31];
        size_t length = strlen(stem);
        memcpy(word, stem, length);
        word[length++] = next() & 1 ? '<' : '&';
        word[length++] = (char)('a' + (next() >> 5) % 26);
        word[length] = 0;
        uint32_t slot = mix(word, length) % SLOTS;
        while (slots[slot].word && strcmp(slots[slot].word, word) != 0) slot = (slot + 1) % SLOTS;
        if (!slots[slot].word) slots[slot].word = strdup(word);
        slots[slot].count++;
        append(&page, "<li>", 4);
        append_escaped(&page, word);
        append(&page, ": ", 2);
        char digits[10], *digit = digits + sizeof digits;
        uint32_t number = slots[slot].count;
        do *--digit = (char)('0' + number % 10);
        while (number /= 10);
        append(&page, digit, (size_t)(digits + sizeof digits - digit));
        append(&page, "</li>\n", 6);
    }
    uint32_t sum = mix(page.bytes, page.length);
    for (int i = 0; i < SLOTS; i++) free(slots[i].word);
    free(page.bytes);
    return sum;
}

// --- Base64 (RFC 4648), there and back

static uint32_t base64(void) {
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    enum { COUNT = 3 * 256 * KB };
    uint8_t values[256];
    size_t length = 0, out = 0;
    for (int i = 0; i < 64; i++) values[(uint8_t)DIGITS[i]] = (uint8_t)i;
    fill_bytes(COUNT);
    for (size_t i = 0; i < COUNT; i += 3) {
        uint32_t bits = (uint32_t)input[i] << 16 | input[i + 1] << 8 | input[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6) output[length++] = (uint8_t)DIGITS[bits >> shift & 63];
    }
    for (size_t i = 0; i < length; i += 4) {
        uint32_t bits = 0;
        for (int k = 0; k < 4; k++) bits = bits << 6 | values[output[i + k]];
        back[out++] = (uint8_t)(bits >> 16), back[out++] = (uint8_t)(bits >> 8), back[out++] = (uint8_t)bits;
    }
    return memcmp(back, input, COUNT) == 0 ? mix(output, length) : 0;
}

static uint32_t (*const KERNELS[])(void) = {sha256, checks, lz, json, regex, image, sort, matrix, strings, base64};

__attribute__((export_name("kernel"))) uint32_t kernel(uint32_t number) {
    if (number >= sizeof KERNELS / sizeof *KERNELS) return 0;
    seed = 2463534242u;
    return KERNELS[number]();
}

int main(void) {
    const char *path = getenv("PATH_INFO");
    uint32_t sum = kernel(path && *path ? (uint32_t)atoi(path + 1) : 0);
    printf("content-type: text/plain\n\n%u", sum);
    return 0;
}
