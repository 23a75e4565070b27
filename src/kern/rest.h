/* Parameters that rest: what k steps with a zero gradient do to them, all at once (SPEC's `exact` sparse
 * updates).
 *
 * Steps are counted from the start of a segment, at whose end every parameter is brought up to date: row 0 is
 * the state at its start, row t the step t. A drift has a closed form: if R(t) is the sum of what all later
 * steps of the segment would add per unit of the numerator, then k steps from t add m_t R(t) - m_(t+k) R(t+k),
 * whatever the schedule. With
 *     w -= alpha_t m_t / D_t,   D = sqrt(c2_t v_t) + epsilon
 * 1 / D is first made a polynomial in the part that decays, REST_TERMS terms, each with an R of its own: in
 * powers of epsilon / sqrt(v) where v is large (`far`), else by Taylor about the D of the first step (`near`),
 * which holds for any epsilon as long as D changes little while the drift lasts. Where neither is below
 * rounding, or where the difference of the two R would cancel, a lane is replayed step by step until what is
 * left is. Which of the three a lane takes depends on that lane alone. */
#pragma once
#include "kern/kern.h"

enum { REST_TERMS = 4 };
enum rest_law { REST_REPLAY, REST_STILL, REST_DECAY, REST_VELOCITY, REST_MOMENTS, REST_CAPPED };
enum rest_traits { REST_AHEAD = 1, REST_INSIDE = 2, REST_LINEAR = 4, REST_SHRINKS = 8, REST_POINT = 16 };

/* The law of a variant of a rule; see RESTS in rules.h. */
struct rest {
    enum rest_law law;
    int traits;
};
struct rest rest_of(int rule, int variant);

/* Tables of a segment of n steps; arrays of lines of reals. A law uses those it needs; the others may be NULL.
 */
struct rest_tables {
    const void *coefs;  /* (n + 1, n_coefs, LANES): row t, the coefficients of step t; row 0 unused */
    const void *drift;  /* (n + 1, 2 REST_TERMS, LANES): R of each term of `far`, then of `near` */
    const void *power1; /* (n + 1, LANES): row k, beta^k or beta1^k; 0 once it no longer matters */
    const void *power2; /* (n + 1, LANES): beta2^k */
    const void *reach;  /* (n + 1, 2, LANES): row k, by what epsilon / D grows over k steps; 0 or, where the
                           difference would  cancel, infinity for `near` and for drifts of one term */
    const void
        *spread; /* (n + 1, LANES): row t, the error of `near` from step t on where epsilon is small beside D */
    const void *horizon;   /* (LANES): steps after which a drift is over */
    uint32_t horizon_most; /* the greatest of them */
    const void *shrink;    /* (n + 1, LANES): product of 1 - eta weight_decay over steps 1 .. t */
};

/* Brings n lines from step from[i] to step `to` (from[i] <= to; equal: untouched). w, state: (n, LANES). */
typedef void rest_function(size_t n, void *w, void *const *state, const uint32_t *from, uint32_t to,
                           const struct rest_tables *t);

struct rest_kernels {
    rest_function *rest[RULE_MAX][RULE_MAX_VARIANTS];
    /* Lines idx[i] of src to line i of dst, and back. */
    void (*load_lines)(size_t n, const uint32_t *idx, const void *src, void *dst);
    void (*store_lines)(size_t n, const uint32_t *idx, const void *src, void *dst);
};
const struct rest_kernels *rest_kernels_get(enum isa isa, enum precision p);
/* Those of the same ISA and precision as k. */
const struct rest_kernels *rest_kernels_of(const struct kernels *k);
