/* [expect] sections: what a claim is read as, and what is said of one that cannot be read. */
#include "plan/claim.h"
#include "plan/grid.h"
#include "plan_test.h"

/* One claim above, in a grid that has something of everything; labels hold commas. */
#define GRID                                                                                                   \
    "[sweep]\nbatch = full, 16\n"                                                                              \
    "[data text]\nrows = 100\nfeatures = 10\nsparsity = 0.8, 0.9\n"                                            \
    "[data other]\nrows = 100\nfeatures = 20\nsparsity = 0.8\n"                                                \
    "[model]\nstart = -2:-2, -4:4\n"                                                                           \
    "[optimizer sgd]\n"                                                                                        \
    "[optimizer a, b]\nkind = adam\ndata = text\nbeta2 = 0.9, 0.99\nbias_correction = yes, no\n"               \
    "[schedule cosine]\nperiod = 0.5\nunit = budget\noptimizers = sgd\n[trace]\nfeatures = 1, bias\n"

static struct plan *plan_with(const char *claim) {
    struct text t = {0};
    text_addf(&t, "%s[expect it]\nclaim = %s\n", GRID, claim);
    struct plan *p = plan_of(t.s, NULL);
    text_free(&t);
    return p;
}

/* The message about a claim, less `grid.ini:LINE: claim, `, must be this. */
static void refused(const char *claim, const char *message) {
    struct text t = {0};
    text_addf(&t, "%s[expect it]\nclaim = %s\n", GRID, claim);
    char *said = refusal_of(t.s, t.len, NULL);
    const char *at = strstr(said, "grid.ini:26: claim");
    if (!at || !strstr(at, message))
        fail_msg("%s\nsays:\n%sexpected:\n%s", claim, said, message);
    free(said);
    text_free(&t);
}

static void a_claim_is_read_as_written(void **state) {
    (void)state;
    size_t n;
    struct plan *p =
        plan_with("2 * worst steps(sgd, sparsity=0.8, batch=16, data=text, schedule=cosine, "
                  "schedule_period=0.5, start=-4:4) <= median unlearnt( a, b ,beta2 = 0.9,band=3)");
    const struct claim *c = plan_claims(p, &n);
    assert_int_equal(n, 1);
    assert_string_equal(c->label, "it");
    assert_int_equal(c->line, 26);
    assert_int_equal(c->relation, CLAIM_AT_MOST);
    assert_int_equal(c->expected, CLAIM_HELD);
    const struct claim_measure *l = &c->left.over, *r = &c->right.over;
    assert_true(l->factor == 2 && !l->is_number && !c->left.is_slope);
    assert_int_equal(l->choice, CLAIM_WORST);
    assert_int_equal(l->metric, CLAIM_steps);
    assert_int_equal(l->optimizer, 0);
    assert_int_equal(l->n_where, 7); /* start is two keys */
    assert_int_equal(r->choice, CLAIM_MEDIAN);
    assert_int_equal(r->metric, CLAIM_unlearnt);
    assert_int_equal(r->optimizer, 1);
    assert_int_equal(r->band, 3);
    assert_true(r->factor == 1 && r->n_where == 1 && r->where[0].v.number == 0.9);
    plan_free(p);
}

static void numbers_and_relations(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum claim_relation relation;
    } cases[] = {{"1.5e-3<final_loss(sgd)", CLAIM_LESS},
                 {".0015 <= final_loss(sgd)", CLAIM_AT_MOST},
                 {"+0.0015 > final_loss(sgd)", CLAIM_MORE},
                 {"0.0015>=final_loss(sgd)", CLAIM_AT_LEAST}};
    for (size_t k = 0; k < N_OF(cases); k++) {
        size_t n;
        struct plan *p = plan_with(cases[k].text);
        const struct claim *c = plan_claims(p, &n);
        assert_int_equal(c->relation, cases[k].relation);
        assert_true(c->left.over.is_number && c->left.over.factor == 0.0015);
        assert_int_equal(c->right.over.choice, CLAIM_BEST);
        plan_free(p);
    }
}

static void slopes_and_arguments(void **state) {
    (void)state;
    size_t n;
    struct plan *p = plan_with(
        "slope(2 * epochs(sgd, data=text) / median epochs(a, b), sparsity) > path(sgd, p=bias, k=10)");
    const struct claim *c = plan_claims(p, &n);
    assert_true(c->left.is_slope && c->left.over.factor == 2 && c->left.factor == 1);
    assert_int_equal(c->left.axis, KEY_DATA_sparsity);
    assert_int_equal(c->left.under.choice, CLAIM_MEDIAN);
    assert_int_equal(c->right.over.p, CLAIM_BIAS);
    assert_int_equal(c->right.over.k, 10);
    plan_free(p);
}

/* Which of the plan's cells: (data, sparsity) x batch x start x (optimizer's own) = 3 x 2 x 2 x ... */
static void matching_cells_are_those_with_all_values(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t n; /* sgd: 12 cells. a, b: on text alone, 8 x 2 x 2 = 32 */
    } cases[] = {{"steps(sgd) < 1", 12},
                 {"steps(sgd, data=text) < 1", 8},
                 {"steps(sgd, sparsity=0.8000000000001) < 1", 8}, /* to 1e-9 relative */
                 {"steps(sgd, data=other, batch=full, start=-2:-2) < 1", 1},
                 {"steps(a, b) < 1", 32},
                 {"steps(a, b, bias_correction=no, beta2=0.99) < 1", 8},
                 {"steps(a, b, w0=-4, schedule=constant) < 1", 16},
                 {"steps(sgd, features=20, schedule=cosine) < 1", 4}};
    for (size_t k = 0; k < N_OF(cases); k++) {
        size_t n, matching = 0;
        struct plan *p = plan_with(cases[k].text);
        const struct claim *c = plan_claims(p, &n);
        for (size_t i = 0; i < plan_n_runs(p); i++) {
            struct run run;
            plan_run(p, i, &run);
            matching += claim_matches(&c->left.over, &run);
        }
        if (matching != cases[k].n)
            fail_msg("%s: %zu cells, expected %zu", cases[k].text, matching, cases[k].n);
        plan_free(p);
    }
}

static void mistakes_are_named_with_their_column(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"step(sgd) < steps(a, b)", "column 1: 'step' is not known: expected a number, or one of steps, "},
        {"step(sgd) < 3", "; did you mean 'steps'?"},
        {"steps(sdg) < 3",
         "column 7: 'sdg' is not the label of an [optimizer]: expected sgd, a, b; did you mean 'sgd'?"},
        {"steps() < 3", "column 7: '' is not the label of an [optimizer]"},
        {"steps(sgd, sparsty=0.8) < 3",
         "column 12: 'sparsty' is no key of these runs: expected data, schedule, batch, "},
        {"steps(sgd, sparsty=0.8) < 3", "did you mean 'sparsity'?"},
        {"steps(sgd, beta2=0.9) < 3", "column 12: 'beta2' is no key of these runs"},
        {"steps(sgd, seeds=1) < 3", "column 12: 'seeds' is no key of these runs"},
        {"steps(sgd, band=1) < 3", "column 12: 'band' is no key of these runs"},
        {"steps(sgd, sparsity=0.7) < 3", "column 21: '0.7' is no level of sparsity: expected 0.8, 0.9\n"},
        {"steps(sgd, batch=fll) < 3",
         "column 18: 'fll' batch 'fll' is not a number: expected full, or an integer"},
        {"steps(sgd, batch=32) < 3", "column 18: '32' is no level of batch: expected full, 16\n"},
        {"steps(sgd, start=-2) < 3", "column 18: '-2' is no start: expected W0:B0"},
        {"steps(sgd, start=-2:5) < 3", "column 21: '5' is no level of b0: expected -2, 4\n"},
        {"steps(sgd, batch=16, batch=16) < 3", "column 22: 'batch' is given twice"},
        {"steps(sgd, batch 16) < 3", "column 18: '16' stands where = was expected"},
        {"steps(sgd, data=txt) < 3",
         "column 17: 'txt' is not the label of a [data]: expected text, other; did you mean 'text'?"},
        {"steps(a, b, data=other) < 3", "column 18: 'other' does not go with [optimizer a, b]"},
        {"steps(a, b, schedule=cosine) < 3", "column 22: 'cosine' does not go with [optimizer a, b]"},
        {"steps(sgd, schedule=cosin) < 3", "expected cosine, constant; did you mean 'cosine'?"},
        {"steps(sgd, data=other, sparsity=0.9) < 3",
         "no cell matches all that steps(sgd, ...) asks for together"},
        {"unlearnt(sgd) < 3", "column 1: 'unlearnt' lacks band: expected unlearnt(LABEL, ..., band=INTEGER)"},
        {"unlearnt(sgd, band=6) < 3", "column 20: '6' is no band: expected an integer in [1, 5]"},
        {"rate(sgd, p=0, t=1) < 3",
         "column 13: '0' is no parameter: expected the number of a feature, from 1, or bias"},
        {"path(sgd, p=1, k=1.5) < 3", "column 18: '1.5' is no number of steps"},
        {"path(sgd, p=1) < 3", "column 1: 'path' lacks k"},
        {"steps(sgd", "column 10: the claim ends here: expected , or )"},
        {"steps sgd", "column 7: 'sgd' stands where ( was expected: steps(LABEL ..."},
        {"steps(sgd)", "column 11: the claim ends here: expected <, <=, > or >= and another side"},
        {"steps(sgd) = 3", "column 12: '=' stands where <, <=, > or >= was expected"},
        {"steps(sgd) < ", "column 13: the claim ends here: expected a number, or one of"},
        {"1 < 3", "column 5: '3' is a number too: expected a measure on one side at least"},
        {"steps(sgd) < 3 and more", "column 16: 'and more' is left over: expected the end of the claim"},
        {"steps(sgd) < 3x", "column 15: 'x' is left over"},
        {"steps(sgd) < 1e999", "column 14: '1e999' is not a finite number"},
        {"-1 * steps(sgd) < 3", "column 1: '-1' is no factor: expected a number above 0"},
        {"best slope(steps(sgd) / steps(a, b), sparsity) < 0", "column 6: 'slope' is not known"},
        {"slope(slope(sgd)) < 0", "column 7: 'slope' is not known"},
        {"slope(steps(sgd), sparsity) < 0",
         "column 17: ',' stands where / was expected: slope(SIDE / SIDE, KEY)"},
        {"slope(steps(sgd) / steps(a, b), loss) < 0", "column 33: 'loss' has no numbers"},
        {"slope(1 / 2, sparsity) < 0", "column 14: 'sparsity' has no slope: expected a measure beside it"},
    };
    for (size_t k = 0; k < N_OF(cases); k++)
        refused(cases[k][0], cases[k][1]);
}

static void sections_are_checked_too(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"[expect it]\n", "grid.ini:25: [expect it] lacks 'claim': expected SIDE < SIDE"},
        {"[expect it]\nclaim =\n", "grid.ini:26: claim: a value is missing"},
        {"[expect it]\nclaim = steps(sgd) < 3\noutcome = hold\n", "grid.ini:27: outcome: 'hold' is not known"},
        {"[expect]\nclaim = steps(sgd) < 3\n",
         "grid.ini:25: [expect] needs a label, as in [expect rmsprop-faster]"},
        {"[expect it]\nclaim = steps(sgd) < 3\n[expect it]\nclaim = steps(sgd) < 3\n",
         "grid.ini:27: duplicate label: [expect it] is on line 25 already"},
    };
    for (size_t k = 0; k < N_OF(cases); k++) {
        struct text t = {0};
        text_addf(&t, "%s%s", GRID, cases[k][0]);
        char *said = refusal_of(t.s, t.len, NULL);
        if (!strstr(said, cases[k][1]))
            fail_msg("%s\nsays:\n%sexpected:\n%s", cases[k][0], said, cases[k][1]);
        free(said);
        text_free(&t);
    }
}

/* Every claim above, cut short and with each byte replaced, is read or refused with a message: never neither.
 */
static void any_bytes_are_read_or_refused(void **state) {
    (void)state;
    static const char sample[] = "2 * worst steps(sgd, sparsity=0.8, start=-4:4) <= slope(steps(sgd) / "
                                 "unlearnt(a, b, band=3), sparsity)";
    static const char bytes[] = "(),=*/<>:. -+0s\xc3\x01";
    struct diag d = {.file = "grid.ini"};
    struct grid g;
    grid_read(&g, "grid.ini", GRID, strlen(GRID), NULL, &d);
    assert_int_equal(d.n, 0);
    for (size_t i = 0; i < sizeof sample; i++)
        for (size_t b = 0; b < sizeof bytes; b++) { /* the last is the NUL: cut short */
            char text[sizeof sample];
            struct text why = {0};
            struct claim c = {0};
            memcpy(text, sample, sizeof sample);
            text[i < sizeof sample - 1 ? i : 0] = bytes[b];
            if (!claim_parse(&g, text, &c, &why) && !strstr(why.s ? why.s : "", "column "))
                fail_msg("no reason is given for refusing %s", text);
            text_free(&why);
        }
    grid_free(&g);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_claim_is_read_as_written),
        cmocka_unit_test(numbers_and_relations),
        cmocka_unit_test(slopes_and_arguments),
        cmocka_unit_test(matching_cells_are_those_with_all_values),
        cmocka_unit_test(mistakes_are_named_with_their_column),
        cmocka_unit_test(sections_are_checked_too),
        cmocka_unit_test(any_bytes_are_read_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
