#define _GNU_SOURCE
#include "interrupt.h"
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t pending, silent; /* a signal handler can reach nothing but a global */

static void note(int signal_number) {
    static const char text[] = "\nbench: finishing what is in work; the same signal again stops at once\n";
    pending = signal_number;
    if (!silent && write(STDERR_FILENO, text, sizeof text - 1) < 0)
        return; /* nobody is listening */
}

static const int signals[] = {SIGINT, SIGTERM};

void interrupt_catch_silently(void) {
    silent = 1;
    interrupt_catch();
}

void interrupt_note(int signal_number) {
    pending = signal_number;
}

void interrupt_catch(void) {
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESETHAND | SA_RESTART};
    pending = 0;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction before;
        /* Ignored by whoever started us (nohup, a shell's background job): stays ignored. */
        if (!sigaction(signals[i], NULL, &before) && before.sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
    }
}

int interrupt_pending(void) {
    return pending;
}

void interrupt_release(void) {
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction before;
        if (!sigaction(signals[i], NULL, &before) && before.sa_handler == note)
            signal(signals[i], SIG_DFL);
    }
}
