/* SIGINT and SIGTERM ask a sweep to stop after what is in flight; a second one ends the program as it always
 * would. */
#pragma once
void interrupt_catch(void);
/* The same without a word: another process says it. */
void interrupt_catch_silently(void);
/* As if that signal had come. */
void interrupt_note(int signal_number);
/* The signal that came, 0 if none has. */
int interrupt_pending(void);
/* As if never caught. */
void interrupt_release(void);
