// Counts the words of the request's body in a table, as a page that greets nobody in particular: a C program of the
// common sort, with 18 pages of memory.
#include <stdio.h>
#include <string.h>

enum { SLOTS = 8192, WORD_BYTES = 28 };

static struct {
    char word[WORD_BYTES];
    unsigned count;
} table[SLOTS];

static unsigned slot_of(const char *word) {
    unsigned hash = 5381;
    for (const char *at = word; *at; at++) hash = hash * 33 + (unsigned char)*at;
    while (table[hash % SLOTS].count && strcmp(table[hash % SLOTS].word, word) != 0) hash++;
    return hash % SLOTS;
}

int main(void) {
    char word[WORD_BYTES];
    unsigned words = 0, different = 0;
    while (different < SLOTS / 2 && scanf("%27s", word) == 1) {
        unsigned slot = slot_of(word);
        if (table[slot].count++ == 0) {
            strcpy(table[slot].word, word);
            different++;
        }
        words++;
    }
    printf("content-type: text/plain\n\n%u words, %u of them different\n", words, different);
    return 0;
}
