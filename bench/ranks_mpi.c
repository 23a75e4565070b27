#define _GNU_SOURCE
#include "ranks_mpi.h"
#include <limits.h>
#include <mpi.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TAG_ASK, TAG_ANSWER, TAG_LEAVE, TAG_MESSAGES };
enum { QUEUE = 64 }; /* results that wait for the store; then askers wait */

static struct {
    int n, me, here;
    MPI_Comm node;
    char name[32 + MPI_MAX_PROCESSOR_NAME];
} world = {.n = 1, .here = 1};

_Noreturn void wire_give_up(const char *why) {
    fprintf(stderr, "bench: %s: %s\n", world.name, why);
    MPI_Abort(MPI_COMM_WORLD, 1);
    abort();
}

/* ---- parcels --------------------------------------------------------------------------------------------- */

static void reserve(struct parcel *p, size_t words) {
    if (words <= p->cap)
        return;
    p->cap = words > 2 * p->cap ? words : 2 * p->cap;
    p->word = realloc(p->word, p->cap * sizeof *p->word);
    if (!p->word)
        wire_give_up("out of memory for a message");
}

void parcel_put(struct parcel *p, const void *bytes, size_t n) {
    const size_t words = (n + 7) / 8;
    reserve(p, p->n + words);
    if (words)
        p->word[p->n + words - 1] = 0;
    if (n)
        memcpy(p->word + p->n, bytes, n);
    p->n += words;
}

void parcel_get(struct parcel *p, void *bytes, size_t n) {
    const size_t words = (n + 7) / 8;
    if (words > p->n - p->at)
        wire_give_up("a message is shorter than what it should hold: are all ranks the same program?");
    if (n)
        memcpy(bytes, p->word + p->at, n);
    p->at += words;
}

/* As MPI counts them: more would be cut off silently. */
static int count(const struct parcel *p) {
    if (p->n > INT_MAX)
        wire_give_up("a message of more than 16 GiB");
    return (int)p->n;
}

/* ---- waiting: MPI's own burns a CPU that another rank or thread could use ---------------------------------
 */

static void rest(int *idle) {
    if (++*idle < 200)
        sched_yield();
    else
        nanosleep(&(struct timespec){.tv_nsec = *idle < 2000 ? 50000 : 500000}, NULL);
}

static void settle(MPI_Request *r) {
    int done = 0;
    for (int idle = 0; MPI_Test(r, &done, MPI_STATUS_IGNORE), !done;)
        rest(&idle);
}

/* ---- the world ------------------------------------------------------------------------------------------- */

void wire_start(void) {
    int level, len;
    MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &level);
    MPI_Comm_rank(MPI_COMM_WORLD, &world.me);
    MPI_Comm_size(MPI_COMM_WORLD, &world.n);
    char host[MPI_MAX_PROCESSOR_NAME] = "";
    MPI_Get_processor_name(host, &len);
    snprintf(world.name, sizeof world.name, "rank %d on %s", world.me, host);
    if (level < MPI_THREAD_SERIALIZED)
        wire_give_up("this MPI cannot be called from more than one thread (MPI_THREAD_SERIALIZED)");
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &world.node);
    MPI_Comm_size(world.node, &world.here);
}

void wire_stop(void) {
    MPI_Comm_free(&world.node);
    MPI_Finalize();
}

int wire_me(void) {
    return world.me;
}
int wire_n(void) {
    return world.n;
}
int wire_here(void) {
    return world.here;
}
const char *wire_name(void) {
    return world.name;
}

int wire_threads(int threads) {
    cpu_set_t mine, *all = calloc((size_t)world.here, sizeof *all);
    if (!all)
        wire_give_up("out of memory"); /* the others wait for this rank */
    if (sched_getaffinity(0, sizeof mine, &mine))
        CPU_ZERO(&mine); /* not known: shared with all of whom it is not */
    int me, sharing = 1, before = 0;
    MPI_Comm_rank(world.node, &me);
    MPI_Allgather(&mine, sizeof mine, MPI_BYTE, all, sizeof mine, MPI_BYTE, world.node);
    for (int i = 0; i < world.here; i++)
        if (i != me && CPU_EQUAL(&mine, &all[i])) {
            sharing++;
            before += i < me;
        }
    free(all);
    const int part = threads / sharing + (before < threads % sharing);
    return part ? part : 1;
}

uint64_t wire_sum(uint64_t x) {
    uint64_t sum;
    MPI_Request r;
    MPI_Iallreduce(&x, &sum, 1, MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD, &r);
    settle(&r);
    return sum;
}

void wire_tell(struct parcel *p) {
    MPI_Request r;
    uint64_t n = p->n;
    MPI_Ibcast(&n, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD, &r);
    settle(&r);
    reserve(p, n);
    p->n = n;
    p->at = 0;
    for (uint64_t at = 0, part; at < n; at += part) {
        part = n - at < 1 << 30 ? n - at : 1 << 30;
        MPI_Ibcast(p->word + at, (int)part, MPI_UINT64_T, 0, MPI_COMM_WORLD, &r);
        settle(&r);
    }
}

bool wire_agree(bool ok, struct err *e) {
    int mine = ok ? world.n : world.me, first;
    MPI_Request r;
    MPI_Iallreduce(&mine, &first, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD, &r);
    settle(&r);
    if (first == world.n)
        return true;
    if (first && world.me == first) {
        struct parcel p = {0};
        parcel_put(&p, world.name, sizeof world.name);
        parcel_put_word(&p, e->len);
        parcel_put(&p, e->text, e->len);
        MPI_Send(p.word, count(&p), MPI_UINT64_T, 0, TAG_MESSAGES, MPI_COMM_WORLD);
        free(p.word);
    } else if (first && !world.me) {
        MPI_Status status;
        struct parcel p = {0};
        int n;
        MPI_Probe(first, TAG_MESSAGES, MPI_COMM_WORLD, &status);
        MPI_Get_count(&status, MPI_UINT64_T, &n);
        reserve(&p, (size_t)n);
        p.n = (size_t)n;
        MPI_Recv(p.word, n, MPI_UINT64_T, first, TAG_MESSAGES, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        char name[sizeof world.name];
        parcel_get(&p, name, sizeof name);
        const int len = (int)parcel_word(&p);
        const char *text = (const char *)(p.word + p.at);
        for (int at = 0, line; at < len; at += line + 1) {
            const char *end = memchr(text + at, '\n', (size_t)(len - at));
            line = end ? (int)(end - text) - at : len - at;
            err_add(e, "%s: %.*s", name, line, text + at);
        }
        free(p.word);
    }
    return false;
}

/* ---- question and answer --------------------------------------------------------------------------------- */

uint64_t wire_ask(const struct parcel *result) {
    uint64_t answer;
#pragma omp critical(wire)
    {
        MPI_Request r;
        MPI_Isend(result->word, count(result), MPI_UINT64_T, 0, TAG_ASK, MPI_COMM_WORLD, &r);
        settle(&r);
        MPI_Irecv(&answer, 1, MPI_UINT64_T, 0, TAG_ANSWER, MPI_COMM_WORLD, &r);
        settle(&r);
    }
    return answer;
}

void wire_leave(void) {
    MPI_Send(NULL, 0, MPI_UINT64_T, 0, TAG_LEAVE, MPI_COMM_WORLD);
}

/* One message, if there is one; false: none. */
static bool receive(struct parcel *p, MPI_Status *status) {
    int found, n;
    MPI_Message message;
    MPI_Improbe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &found, &message, status);
    if (!found)
        return false;
    MPI_Get_count(status, MPI_UINT64_T, &n);
    *p = (struct parcel){0};
    reserve(p, (size_t)n);
    p->n = (size_t)n;
    MPI_Mrecv(p->word, n, MPI_UINT64_T, &message, MPI_STATUS_IGNORE);
    return true;
}

void wire_serve(const struct wire_desk *d) {
    struct parcel queue[QUEUE], p;
    int first = 0, n = 0;
    MPI_Status status;
    for (int left = world.n - 1, idle = 0; left || n;) {
        const bool found = receive(&p, &status);
        if (found && status.MPI_TAG == TAG_LEAVE) {
            left--;
            free(p.word);
        } else if (found) {
            const uint64_t answer = d->next(d->ctx, &p);
            MPI_Send(&answer, 1, MPI_UINT64_T, status.MPI_SOURCE, TAG_ANSWER, MPI_COMM_WORLD);
            if (p.n)
                queue[(first + n++) % QUEUE] = p;
            else
                free(p.word);
        }
        if (n && (!found || n == QUEUE)) {
            d->take(d->ctx, &queue[first]);
            free(queue[first].word);
            first = (first + 1) % QUEUE;
            n--;
            idle = 0;
        } else if (found) {
            idle = 0;
        } else {
            rest(&idle);
        }
    }
}
