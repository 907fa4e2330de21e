// Answers a request's body with itself as it comes, 64 KiB at a time.
#include <unistd.h>

static char piece[64 * 1024];

static int put(const char *bytes, size_t count) {
    for (ssize_t done; count > 0; bytes += done, count -= (size_t)done) {
        done = write(STDOUT_FILENO, bytes, count);
        if (done < 0) return 0;
    }
    return 1;
}

int main(void) {
    static const char head[] = "content-type: application/octet-stream\n\n";
    if (!put(head, sizeof head - 1)) return 1;
    ssize_t count;
    while ((count = read(STDIN_FILENO, piece, sizeof piece)) > 0) {
        if (!put(piece, (size_t)count)) return 1;
    }
    return count < 0;
}
