/* The arrays that kernels are checked and timed on.
 *
 * They are filled with a pattern of PERIOD reals over and over. A rule treats each element by itself, so one
 * step of scalar on one pattern says what every element must be after one step of any other code.
 *
 * Arrays that do not fit the second-level cache are timed by tiles, each array's in a random order of its own.
 * From one end to the other, over and over, the same arrays take one of two times that lie up to a third apart,
 * for seconds: caches choose between ways to replace their lines by what came before, and how streams get in
 * each other's way hangs on the bits in which their addresses differ, which the system chooses for a whole
 * process. So each sample meets another order and other differences, and a median says the same in the next
 * process. */
#include "base/mem.h"
#include "kernels.h"
#include <math.h>
#include <string.h>

enum {
    TILE_BYTES = 1 << 18,     /* pages enough that its first lines, which nothing foresees, cost little */
    CALL_TILES = 4,           /* of a call: short enough for many rounds */
    LEAST_TILES = 8,          /* of an array, and */
    LEAST_TILE = 4096,        /* bytes of one; else there are none */
    PERIOD = 16 * 1021,       /* whole lines, and never in step with a loop's rounds */
    LEAST_PAGES = 16,         /* huge ones, to choose from */
    STAGGER = 13 * LINE_BYTES /* 832: five arrays spread over the 4 KiB modulo which addresses look alike */
};
_Static_assert(PERIOD % LANES == 0 && MAX_ARRAYS * STAGGER <= 4096 + STAGGER, "lines, and no two arrays alike");

static size_t real_bytes(enum precision p) {
    return p == PRECISION_F32 ? sizeof(float) : sizeof(double);
}

/* From one array to the next. */
static size_t array_room(size_t bytes) {
    return (bytes + 4095) / 4096 * 4096 + STAGGER;
}

bool arena_make(struct arena *a, size_t array_bytes, struct err *e) {
    a->bytes = MAX_ARRAYS * array_room(array_bytes) + (size_t)LEAST_PAGES * HUGE_BYTES;
    a->place = rng_make(3, 0);
    a->base = mem_lines(1, a->bytes, e);
    return a->base;
}

void arena_free(struct arena *a) {
    free(a->base);
}

static void put(void *reals, enum precision p, size_t i, double x) {
    if (p == PRECISION_F32)
        ((float *)reals)[i] = (float)x;
    else
        ((double *)reals)[i] = x;
}

/* Coefficients of the tenth step; in the pack loop each lane has a step size of its own. */
static void make_coefs(struct operands *o) {
    const struct rule *r = rules[o->s->rule];
    for (int lane = 0; lane < LANES; lane++) {
        const double eta = 1e-4 * (1 + lane / 64.0);
        struct rule_time t = {.eta = eta, .eta_next = eta, .beta1_t = 0.35, .beta2_t = 0.99};
        double c[RULE_MAX_COEFS];
        r->coefs(o->s->h, &t, c);
        for (int k = 0; k < o->s->v->n_coefs; k++) {
            put(o->coefs[LOOP_PACK], o->precision, (size_t)(k * LANES + lane), c[k]);
            if (lane == 0)
                put(o->coefs[LOOP_DENSE], o->precision, (size_t)k, c[k]);
        }
    }
}

/* Pattern of array k: as filled (at 0), or as scalar leaves it (1 + loop). */
static char *pattern(const struct operands *o, int k, int which) {
    return o->pattern + (size_t)(which * MAX_ARRAYS + k) * PERIOD * real_bytes(o->precision);
}

/* Nothing but the call itself in the loop: in L1 a call takes a few hundred cycles. */
static void run(const struct operands *o, const struct kernels *k, enum loop loop, size_t n, void *const *array,
                uint64_t calls) {
    void *state[RULE_MAX_STATE];
    for (int i = 0; i < o->s->v->n_state; i++)
        state[i] = array[2 + i];
    for (uint64_t i = 0; i < calls; i++)
        if (loop == LOOP_DENSE)
            k->dense[o->s->rule][o->s->variant](n, array[0], state, array[1], o->coefs[loop]);
        else
            k->step[o->s->rule][o->s->variant](n / LANES, array[0], state, array[1], o->coefs[loop]);
}

/* Values from 1/4 to 1, signed in w, g and no state: nothing that a million steps turn into a denormal or an
 * infinity. */
static void make_patterns(struct operands *o) {
    struct rng r = rng_make(1, (uint64_t)o->s->rule);
    for (int k = 0; k < o->s->cost.arrays; k++)
        for (size_t i = 0; i < PERIOD; i++) {
            const double size = 0.25 + 0.75 * rng_unit(&r);
            put(pattern(o, k, 0), o->precision, i, k < 2 && rng_u32(&r) & 1 ? -size : size);
        }
    for (enum loop loop = 0; loop < LOOP_COUNT; loop++) {
        void *array[MAX_ARRAYS];
        for (int k = 0; k < o->s->cost.arrays; k++) {
            array[k] = pattern(o, k, 1 + (int)loop);
            memcpy(array[k], pattern(o, k, 0), PERIOD * real_bytes(o->precision));
        }
        run(o, kernels_get(ISA_SCALAR, o->precision), loop, PERIOD, array, 1);
    }
}

/* Each half of an array's tiles in another order: none comes again before half of the others have. */
static void shuffle_tiles(struct operands *o) {
    const size_t half = o->n_tiles / 2;
    for (int k = 0; k < o->s->cost.arrays; k++)
        for (size_t i = o->n_tiles; i-- > 1;) {
            const size_t first = i < half ? 0 : half,
                         with = first + rng_below(&o->shuffle, (uint32_t)(i - first + 1));
            const uint32_t moved = o->order[k][i];
            o->order[k][i] = o->order[k][with];
            o->order[k][with] = moved;
        }
}

static bool make_tiles(struct operands *o, struct err *e) {
    const size_t size = real_bytes(o->precision);
    o->n_tiles = 1;
    o->called = o->tile = o->n;
    if (level_of(o->s, o->bytes) <= LEVEL_L2 || o->bytes < LEAST_TILES * LEAST_TILE)
        return true;
    o->n_tiles = o->bytes / TILE_BYTES > LEAST_TILES ? o->bytes / TILE_BYTES : LEAST_TILES;
    o->tile = o->bytes / o->n_tiles / 512 * 512 / size; /* whole rounds of the ceilings */
    o->called = CALL_TILES * o->tile;
    uint32_t *order = mem_zeroed((size_t)o->s->cost.arrays * o->n_tiles, sizeof *order, e);
    for (int k = 0; order && k < o->s->cost.arrays; k++) {
        o->order[k] = order + (size_t)k * o->n_tiles;
        for (size_t i = 0; i < o->n_tiles; i++)
            o->order[k][i] = (uint32_t)i;
    }
    o->shuffle = rng_make(2, 0);
    return order;
}

bool operands_make(struct operands *o, const struct subject *s, enum precision p, size_t bytes, struct arena *a,
                   struct err *e) {
    const size_t size = real_bytes(p), line = LANES * size;
    *o = (struct operands){.s = s, .precision = p, .bytes = bytes, .n = bytes / size};
    o->period = o->n < PERIOD ? o->n : PERIOD;
    o->pattern = mem_lines((1 + LOOP_COUNT) * MAX_ARRAYS, PERIOD * size, e);
    o->small = mem_lines(2 * RULE_MAX_COEFS, line, e);
    if (!o->pattern || !o->small)
        return false;
    memset(o->small, 0, 2 * RULE_MAX_COEFS * line);
    o->coefs[LOOP_DENSE] = o->small;
    o->coefs[LOOP_PACK] = o->small + RULE_MAX_COEFS * line;
    /* Beginning with a huge page: on small ones, placed by chance, some calls take twice as long as others.
     * Which page: also where caches have room, and what else is there, hangs on where the system has put it. */
    const size_t room = array_room(bytes), pages = (a->bytes - (size_t)s->cost.arrays * room) / HUGE_BYTES;
    const size_t at = (size_t)rng_below(&a->place, (uint32_t)pages + 1) * HUGE_BYTES;
    for (int k = 0; k < s->cost.arrays; k++)
        o->array[k] = a->base + at + (size_t)k * room;
    /* w and the state that is read, g, the state that is only written (the last). */
    const int updated = s->cost.stores - s->cost.write_only;
    o->stream[0] = o->array[0];
    for (int k = 1; k < updated; k++)
        o->stream[k] = o->array[k + 1];
    o->stream[updated] = o->array[1];
    for (int k = updated + 1; k < s->cost.arrays; k++)
        o->stream[k] = o->array[k];
    make_coefs(o);
    make_patterns(o);
    return make_tiles(o, e);
}

void operands_free(struct operands *o) {
    free(o->pattern);
    free(o->small);
    free(o->order[0]);
}

void operands_run(const struct operands *o, const struct kernels *k, enum loop loop) {
    run(o, k, loop, o->n, o->array, 1);
}

/* The arrays at their next tiles. */
static void next_tile(struct operands *o, void *const *array, void *moved[MAX_ARRAYS]) {
    if (o->next == 0)
        shuffle_tiles(o);
    for (int k = 0; k < o->s->cost.arrays; k++)
        moved[k] = (char *)array[k] + o->order[k][o->next] * o->tile * real_bytes(o->precision);
    o->next = (o->next + 1) % o->n_tiles;
}

void operands_run_calls(struct operands *o, const struct kernels *k, enum loop loop, uint64_t calls) {
    void *array[MAX_ARRAYS];
    if (o->n_tiles == 1) {
        run(o, k, loop, o->n, o->array, calls);
        return;
    }
    for (uint64_t i = 0; i < calls * CALL_TILES; i++) {
        next_tile(o, o->array, array);
        run(o, k, loop, o->tile, array, 1);
    }
}

void operands_stream_calls(struct operands *o, void (*stream)(size_t n, void *const *array), uint64_t calls) {
    void *array[MAX_ARRAYS];
    for (uint64_t i = 0; i < calls && o->n_tiles == 1; i++)
        stream(o->n, o->stream);
    for (uint64_t i = 0; i < calls * CALL_TILES && o->n_tiles > 1; i++) {
        next_tile(o, o->stream, array);
        stream(o->tile, array);
    }
}

/* Calls f on each stretch of array k and the pattern that belongs there, until it returns false. */
static bool each_stretch(const struct operands *o, int k, int which,
                         bool (*f)(char *array, const char *pattern, size_t bytes), size_t *at) {
    const size_t step = o->period * real_bytes(o->precision);
    for (*at = 0; *at < o->bytes; *at += step)
        if (!f((char *)o->array[k] + *at, pattern(o, k, which), o->bytes - *at < step ? o->bytes - *at : step))
            return false;
    return true;
}

static bool copy(char *array, const char *from, size_t bytes) {
    memcpy(array, from, bytes);
    return true;
}
static bool same(char *array, const char *as, size_t bytes) {
    return !memcmp(array, as, bytes);
}

void operands_fill(struct operands *o) {
    size_t at;
    for (int k = 0; k < o->s->cost.arrays; k++)
        each_stretch(o, k, 0, copy, &at);
}

bool operands_check(struct operands *o, enum code c, enum loop loop, struct err *e) {
    const size_t size = real_bytes(o->precision);
    operands_fill(o);
    operands_run(o, code_kernels(c, o->precision), loop);
    for (int k = 0; k < o->s->cost.arrays; k++) {
        size_t at;
        if (each_stretch(o, k, 1 + (int)loop, same, &at))
            continue;
        const char *array = o->array[k], *expected = pattern(o, k, 1 + (int)loop);
        size_t i = 0;
        while (!memcmp(array + at + i, expected + i, size))
            i += size;
        return err_add(e, "%s, %s loop, %s, %s, %zu bytes an array: %s[%zu] has other bits than scalar",
                       o->s->name, loop_names[loop], real_names[o->precision], code_names[c], o->bytes,
                       k == 0   ? "w"
                       : k == 1 ? "g"
                                : rules[o->s->rule]->state[k - 2],
                       (at + i) / size);
    }
    return true;
}

bool operands_normal(const struct operands *o) {
    bool normal = true;
    for (int k = 0; k < o->s->cost.arrays; k++)
        if (o->precision == PRECISION_F32)
            for (size_t i = 0; i < o->n; i++)
                normal &= isnormal(((const float *)o->array[k])[i]) != 0;
        else
            for (size_t i = 0; i < o->n; i++)
                normal &= isnormal(((const double *)o->array[k])[i]) != 0;
    return normal;
}
