/* A group: one rule at one size in one precision, all that is timed in turn. The rule in both loops as each
 * code has it, the clock of the core, and the ceilings of each instruction set in all their shapes:
 *
 *   memory    the traffic of the rule and nothing else, over the same arrays
 *   divide    its divisions and roots and nothing else
 *   together  that traffic with those divisions and roots in between: in the caches, where neither alone binds,
 *             a core must overlap both, and some of either is lost
 *   multiply  for a rule without roots in L1 and L2, where arithmetic competes with the traffic for the
 *             same cycles: both, with its division if any, and as many multiply-adds, products and sums as the
 *             loop has, independent of each other
 *
 * No code can be faster than the slowest of these. How near one comes is the mean over the passes of the median
 * of the rounds' quotients: ceiling and kernel of one round are neighbours in time, and what the machine does
 * to one it does to both. */
#include "base/mem.h"
#include "base/stats.h"
#include "kernels.h"
#include <math.h>
#include <string.h>

enum {
    CHAIN_ELEMENTS = 16384,
    N_CEILINGS = ISA_COUNT * (STREAM_SHAPES + CHAIN_SHAPES + TOGETHER_SHAPES + MULTIPLY_SHAPES),
    MOST_CONTESTANTS = CODE_COUNT * LOOP_COUNT + 2 + N_CEILINGS
};
/* Rivals are the shapes of a bound of an instruction set, which has a number. */
enum { RIVAL_NONE = -1 };
const char *const bound_names[BOUND_COUNT] = {"memory", "multiply", "divide", "together"};

static void run_kernel(const struct contestant *c, uint64_t calls) {
    operands_run_calls(c->o, c->kernels, c->loop, calls);
}
static void run_stream(const struct contestant *c, uint64_t calls) {
    operands_stream_calls(c->o, c->stream, calls);
}
static void run_chain(const struct contestant *c, uint64_t calls) {
    for (uint64_t k = 0; k < calls; k++)
        c->chain(CHAIN_ELEMENTS);
}

struct group {
    const struct selection *sel;
    struct operands o;
    struct contestant c[MOST_CONTESTANTS];
    size_t n;
    struct contestant *kernel[LOOP_COUNT][CODE_COUNT], *clock, *multiply_adds;
    double *ns; /* (MOST_CONTESTANTS, MOST_ROUNDS) */
};

static struct contestant *add(struct group *g, void (*run)(const struct contestant *, uint64_t), int rival) {
    struct contestant *c = &g->c[g->n];
    *c = (struct contestant){.run = run, .o = &g->o, .rival = rival, .ns = g->ns + g->n * MOST_ROUNDS};
    g->n++;
    return c;
}

static bool isa_wanted(const struct selection *sel, enum isa isa) {
    for (enum code c = 0; c < CODE_COUNT; c++)
        if (sel->code[c] && code_isa(c) == isa)
            return true;
    return false;
}

/* Traffic with all arithmetic of a loop, in each shape. NULL: it is no bound of its own. */
typedef void traffic(size_t n, void *const *array);
static traffic *multiply(const struct group *g, enum isa isa, int shape) {
    const struct rule_cost *cost = &g->o.s->cost;
    const int multiply_adds = cost->flops - cost->arithmetic - cost->divisions - cost->roots,
              kind = cost->divisions ? 1 + multiply_adds : 0,
              more = cost->arithmetic - cost->stores - cost->divisions,
              updated = cost->stores - cost->write_only;
    if (cost->roots || cost->divisions > 1 || kind >= MULTIPLY_KINDS || more < 0 || more > MULTIPLY_MAX ||
        updated > MULTIPLY_MAX_UPDATED)
        return NULL;
    return ceilings_get(isa, g->o.precision)->multiply[shape][updated - 1][cost->write_only][more][kind];
}

static int rival(enum bound b, enum isa isa) {
    return (int)b * ISA_COUNT + (int)isa;
}

static void add_multiplies(struct group *g, enum isa isa) {
    for (int shape = 0; shape < MULTIPLY_SHAPES; shape++) {
        traffic *f = multiply(g, isa, shape);
        if (f)
            add(g, run_stream, rival(BOUND_MULTIPLY, isa))->stream = f;
    }
}

static void add_divisions(struct group *g, enum isa isa) {
    const struct ceilings *ceilings = ceilings_get(isa, g->o.precision);
    const struct rule_cost *cost = &g->o.s->cost;
    if (cost->divisions > CHAIN_MAX || cost->roots > CHAIN_MAX)
        return;
    for (int shape = 0; shape < CHAIN_SHAPES; shape++)
        add(g, run_chain, rival(BOUND_DIVIDE, isa))->chain =
            ceilings->chain[shape][cost->divisions][cost->roots];
    if (cost->divisions > TOGETHER_MAX || cost->roots > TOGETHER_MAX ||
        level_of(g->o.s, g->o.bytes) == LEVEL_MEMORY)
        return;
    for (int shape = 0; shape < TOGETHER_SHAPES; shape++)
        add(g, run_stream, rival(BOUND_TOGETHER, isa))->stream =
            ceilings->together[shape][cost->stores - cost->write_only - 1][cost->write_only][cost->divisions]
                              [cost->roots];
}

static void add_ceilings(struct group *g, enum isa isa) {
    const struct ceilings *ceilings = ceilings_get(isa, g->o.precision);
    const struct rule_cost *cost = &g->o.s->cost;
    /* Past the caches from memory only: elsewhere the next to be timed would find nothing in its cache. */
    const int shapes = level_of(g->o.s, g->o.bytes) == LEVEL_MEMORY ? STREAM_SHAPES : STREAM_CACHED;
    for (int shape = 0; shape < shapes; shape++)
        add(g, run_stream, rival(BOUND_MEMORY, isa))->stream =
            ceilings->stream[shape][cost->stores - cost->write_only - 1][cost->write_only];
    if (cost->divisions || cost->roots)
        add_divisions(g, isa);
    add_multiplies(g, isa);
}

static void add_all(struct group *g) {
    for (enum loop loop = 0; loop < LOOP_COUNT; loop++)
        for (enum code code = 0; code < CODE_COUNT; code++)
            if (g->sel->code[code]) {
                struct contestant *c = add(g, run_kernel, RIVAL_NONE);
                c->kernels = code_kernels(code, g->o.precision);
                c->loop = loop;
                g->kernel[loop][code] = c;
            }
    g->clock = add(g, contestant_clock, RIVAL_NONE);
    for (enum isa isa = 0; isa < ISA_COUNT; isa++)
        if (isa_wanted(g->sel, isa))
            add_ceilings(g, isa);
    g->multiply_adds = add(g, run_chain, RIVAL_NONE);
    g->multiply_adds->chain = ceilings_get(isa_best(), g->o.precision)->multiply_adds;
}

/* The one with the least median among rivals; NULL if there are none. */
static const struct contestant *best(const struct group *g, int number) {
    const struct contestant *least = NULL;
    for (size_t i = 0; i < g->n; i++)
        if (g->c[i].rival == number && (!least || g->c[i].median < least->median))
            least = &g->c[i];
    return least;
}

/* A call of a takes so many calls of b: the median over the rounds. */
static double quotient(const struct contestant *a, const struct contestant *b) {
    double q[MOST_ROUNDS];
    const size_t n = a->n < b->n ? a->n : b->n;
    for (size_t i = 0; i < n; i++)
        q[i] = a->ns[i] / b->ns[i];
    return stats_median(q, n);
}

/* A loop that does all that another does, and more, in less time shows what the other could have taken. */
static void take_less(double *ns, double more_work_ns) {
    if (more_work_ns > 0 && more_work_ns < *ns)
        *ns = more_work_ns;
}

static void find_ceilings(const struct group *g, const struct contestant *kernel, enum isa isa, struct row *r) {
    for (enum bound b = 0; b < BOUND_COUNT; b++) {
        const struct contestant *c = best(g, rival(b, isa));
        const double part = b == BOUND_DIVIDE ? (double)g->o.called / CHAIN_ELEMENTS : 1;
        r->ceiling_ns[b] = c ? r->ns * part * quotient(c, kernel) : 0;
    }
    take_less(&r->ceiling_ns[BOUND_MEMORY], r->ceiling_ns[BOUND_MULTIPLY]);
    take_less(&r->ceiling_ns[BOUND_MEMORY], r->ceiling_ns[BOUND_TOGETHER]);
    take_less(&r->ceiling_ns[BOUND_TOGETHER], r->ceiling_ns[BOUND_MULTIPLY]);
    take_less(&r->ceiling_ns[BOUND_DIVIDE], r->ceiling_ns[BOUND_TOGETHER]);
    if (r->level > LEVEL_L2) /* arithmetic hides behind the traffic there */
        r->ceiling_ns[BOUND_MULTIPLY] = 0;
}

static void find_share(struct row *r) {
    r->bound = 0;
    for (enum bound b = 0; b < BOUND_COUNT; b++)
        if (r->ceiling_ns[b] > r->ceiling_ns[r->bound])
            r->bound = b;
    r->share = row_ceiling_ns(r) / r->ns;
}

static double per_call(const struct contestant *c, enum counter counter) {
    return c->counted ? (double)c->count[counter] / (double)c->counted : NAN;
}

static struct row make_row(const struct group *g, enum loop loop, enum code code) {
    const struct contestant *c = g->kernel[loop][code];
    const struct contestant *scalar = g->kernel[loop][CODE_SCALAR], *plain = g->kernel[loop][CODE_AUTO];
    const double n = (double)g->o.called, ghz = CLOCK_ADDS / g->clock->median;
    struct row r = {.s = g->o.s,
                    .precision = g->o.precision,
                    .loop = loop,
                    .code = code,
                    .level = level_of(g->o.s, g->o.bytes),
                    .bytes = g->o.bytes,
                    .n = g->o.n,
                    .samples = c->n,
                    .calls = c->calls,
                    .passes = 1,
                    .call_ns = c->median,
                    .ns = c->median / n,
                    .spread = c->mad / c->median};
    find_ceilings(g, c, code_isa(code), &r);
    find_share(&r);
    r.cycles = c->counted ? per_call(c, COUNTER_CYCLES) / n : r.ns * ghz;
    r.instructions = per_call(c, COUNTER_INSTRUCTIONS) / n;
    r.misses = per_call(c, COUNTER_MISSES) / n;
    r.times_scalar = scalar ? quotient(scalar, c) : NAN;
    r.times_auto = plain ? quotient(plain, c) : NAN;
    return r;
}

/* Neighbours and interrupts only ever slow a loop down, and a cache may take one of two ways for seconds: of
 * all passes the fastest says what it takes. What was fast in it by chance is not to count against a ceiling
 * or for a kernel: of quotients the mean of all passes counts. */
void row_repeat(struct row *row, const struct row *again) {
    const bool faster = again->ns < row->ns;
    struct row r = faster ? *again : *row;
    r.passes = row->passes + 1;
    r.second_ns = faster ? row->ns : row->passes > 1 && row->second_ns < again->ns ? row->second_ns : again->ns;
    for (enum bound b = 0; b < BOUND_COUNT; b++) {
        const double before = row->ceiling_ns[b] / row->ns, now = again->ceiling_ns[b] / again->ns;
        r.ceiling_ns[b] = r.ns * (before + (now - before) / r.passes);
    }
    r.times_scalar = row->times_scalar + (again->times_scalar - row->times_scalar) / r.passes;
    r.times_auto = row->times_auto + (again->times_auto - row->times_auto) / r.passes;
    find_share(&r);
    *row = r;
}

static bool check_all(struct group *g, struct results_rows *out, struct err *e) {
    const int before = e->count;
    for (enum loop loop = 0; loop < LOOP_COUNT; loop++)
        for (enum code code = 0; code < CODE_COUNT; code++)
            if (g->sel->code[code]) {
                operands_check(&g->o, code, loop, e);
                out->n_checked++;
            }
    return e->count == before;
}

static bool time_all(struct group *g, double seconds, struct method *m, struct results_rows *out,
                     struct err *e) {
    operands_fill(&g->o);
    add_all(g);

    contestants_time(g->c, g->n, seconds, m);
    if (!operands_normal(&g->o))
        return err_add(e,
                       "%s, %s, %zu bytes an array: operands did not stay normal numbers; times mean nothing",
                       g->o.s->name, real_names[g->o.precision], g->o.bytes);
    out->ghz = CLOCK_ADDS / g->clock->median;
    out->least_ghz = out->least_ghz > 0 && out->least_ghz < out->ghz ? out->least_ghz : out->ghz;
    out->most_ghz = out->most_ghz > out->ghz ? out->most_ghz : out->ghz;
    if (g->o.precision == PRECISION_F32)
        out->fma_ns = g->multiply_adds->median / CHAIN_ELEMENTS;
    if (!mem_grow(&out->row, &out->cap, out->n + CODE_COUNT * LOOP_COUNT, sizeof *out->row, e))
        return false;
    for (enum loop loop = 0; loop < LOOP_COUNT; loop++)
        for (enum code code = 0; code < CODE_COUNT; code++)
            if (g->kernel[loop][code])
                out->row[out->n++] = make_row(g, loop, code);
    return true;
}

bool group_run(const struct selection *sel, const struct subject *s, enum precision p, size_t bytes,
               struct arena *a, bool check, double seconds, struct method *m, struct results_rows *out,
               struct err *e) {
    struct group *g = mem_zeroed(1, sizeof *g, e);
    bool ok = g && operands_make(&g->o, s, p, bytes, a, e);
    if (g) {
        g->sel = sel;
        g->ns = mem_zeroed(MOST_CONTESTANTS * MOST_ROUNDS, sizeof *g->ns, e);
    }
    ok = ok && g->ns && (!check || check_all(g, out, e)) && (seconds <= 0 || time_all(g, seconds, m, out, e));
    if (g) {
        operands_free(&g->o);
        free(g->ns);
    }
    free(g);
    return ok;
}
