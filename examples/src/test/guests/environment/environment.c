// environment: answers the variables that it finds, NAME=value, one a line.
#include <stdio.h>

extern char **environ;

int main(void) {
    fputs("Content-Type: text/plain; charset=utf-8\r\n\r\n", stdout);
    for (char **variable = environ; *variable; variable++) puts(*variable);
    return 0;
}
