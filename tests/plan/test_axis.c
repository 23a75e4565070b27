/* Values, lists and ranges. */
#include "plan/axis.h"
#include "plan_test.h"

static char *read_list(enum key key, const char *text, struct diag *d) {
    struct list l;
    struct text out = {0};
    text_add(&out, "");
    if (axis_read(key, text, 1, &l, d))
        for (size_t i = 0; i < l.n; i++) {
            text_add(&out, i ? " " : "");
            value_print(key, l.v[i], &out);
        }
    free(l.v);
    return out.s;
}

static void lists_and_ranges_hold_the_values_they_say(void **state) {
    (void)state;
    static const struct {
        enum key key;
        const char *text, *expected;
    } cases[] = {
        {KEY_H + H_eta0, "0.1", "0.1"},
        {KEY_H + H_eta0, "0.1, 0.01 ,1e-3", "0.1 0.01 0.001"},
        {KEY_H + H_eta0, "+5", "5"},
        {KEY_H + H_eta0, "0.1234567890123456", "0.1234567890123456"},
        /* by hand: 10^(-5 + k/2) */
        {KEY_H + H_eta0, "logspace(1e-5, 1, 11)",
         "1e-05 3.16227766017e-05 1e-04 0.000316227766017 0.001 0.00316227766017 0.01 0.0316227766017 0.1 "
         "0.316227766017 1"},
        {KEY_H + H_eta0, "logspace(1, 1e-3, 4)", "1 0.1 0.01 0.001"},
        {KEY_H + H_eta0, "logspace(1e-300, 1e300, 3)", "1e-300 1 1e+300"},
        {KEY_H + H_eta0, "logspace(0.1234567890123456, 0.1234567890123457, 2)",
         "0.1234567890123456 0.1234567890123457"},
        {KEY_H + H_eta0, "logspace(0.5, 0.5, 1)", "0.5"},
        {KEY_H + H_beta, "linspace(0, 0.9, 4)", "0 0.3 0.6 0.9"},
        {KEY_H + H_beta, "linspace(0, 0.5, 4)", "0 0.166666666667 0.333333333333 0.5"},
        {KEY_H + H_beta, "linspace(0.9, 0, 4)", "0.9 0.6 0.3 0"},
        {KEY_H + H_beta, "0.99, linspace(0, 0.2, 3), 0.5", "0.99 0 0.1 0.2 0.5"},
        {KEY_MODEL_w0, "linspace(-0.1, 0.3, 5)", "-0.1 0 0.1 0.2 0.3"},
        {KEY_MODEL_w0, "linspace(-0.3, 0.3, 7)", "-0.3 -0.2 -0.1 0 0.1 0.2 0.3"},
        {KEY_MODEL_w0, "-0, 1", "0 1"},
        {KEY_SWEEP_seeds, "0,100,20", "0 100 20"},
        {KEY_MODEL_l2, "0,1,0.01, 010", "0 1 0.01 10"},
        {KEY_MODEL_w0, "normal(0.1), -1, normal( 2 )", "normal(0.1) -1 normal(2)"},
        {KEY_H + H_eta0, "log2space(-5, 3, 9)", "0.03125 0.0625 0.125 0.25 0.5 1 2 4 8"},
        {KEY_H + H_eta0, "log2space(-5, 15, 3)", "0.03125 32 32768"},
        {KEY_H + H_eta0, "log2space(-30, -20, 2)", "9.313225746154785e-10 9.5367431640625e-07"},
        {KEY_H + H_eta0, "log2space(-40, -20, 3)",
         "9.094947017729282e-13 9.31322574615e-10 9.5367431640625e-07"},
        {KEY_H + H_eta0, "log2space(0, 1, 3)", "1 1.41421356237 2"},
        {KEY_SWEEP_seeds, "1..5", "1 2 3 4 5"},
        {KEY_SWEEP_seeds, "7 .. 7", "7"},
        {KEY_SWEEP_seeds, "9007199254740989..9007199254740991",
         "9007199254740989 9007199254740990 9007199254740991"},
        {KEY_SWEEP_seeds, "range(1, 10, 2)", "1 3 5 7 9"},
        {KEY_SWEEP_seeds, "range(3)", "0 1 2"},
        {KEY_SWEEP_seeds, "range(2, 4)", "2 3"},
        {KEY_SWEEP_seeds, "range(10, 0, -3)", "10 7 4 1"},
        {KEY_SWEEP_seeds, "range(1, 10, 100)", "1"},
        {KEY_SWEEP_seeds, "1e3, 5..6", "1000 5 6"},
        {KEY_SWEEP_seeds, "logspace(1, 1000, 4)", "1 10 100 1000"},
        {KEY_MODEL_w0, "-2..1", "-2 -1 0 1"},
        {KEY_SWEEP_batch, "full", "full"},
        {KEY_SWEEP_batch, "32, full, 1..2", "32 full 1 2"},
        {KEY_DATA_data_seed, "seed, 5", "seed 5"},
        {KEY_MODEL_loss, "squared, logistic", "squared logistic"},
        {KEY_H + H_root, "yes, no", "yes no"},
        {KEY_SWEEP_target, "gap 0.05", "gap 0.05"},
        {KEY_SWEEP_target, "loss \t 1e-3", "loss 0.001"},
        {KEY_SWEEP_evaluate, "0.5", "0.5"},
    };
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct diag d = {.file = "f"};
        struct err e = {0};
        char *got = read_list(cases[i].key, cases[i].text, &d);
        if (!diag_flush(&d, &e) || strcmp(got, cases[i].expected) != 0)
            fail_msg("%s\n  got      %s\n  expected %s\n%s", cases[i].text, got, cases[i].expected,
                     e.text ? e.text : "");
        free(got);
    }
}

static void malformed_values_are_explained(void **state) {
    (void)state;
    static const struct {
        enum key key;
        const char *text, *message;
    } cases[] = {
        {KEY_H + H_eta0, "", "eta0: a value is missing: expected a number above 0"},
        {KEY_H + H_eta0, "0.1,", "an empty item in the list"},
        {KEY_H + H_eta0, "0.1,,0.2", "an empty item in the list"},
        {KEY_H + H_eta0, "abc", "'abc' is not a number: expected a number above 0"},
        {KEY_H + H_eta0, "0.1x", "'0.1x' is not a number"},
        {KEY_H + H_eta0, "0.1 0.2", "'0.1 0.2' is not a number"},
        {KEY_H + H_eta0, "0x10", "'0x10' is not a number"},
        {KEY_H + H_eta0, "0", "eta0 = 0: 0 is out of range: expected a number above 0"},
        {KEY_H + H_eta0, "-1", "-1 is out of range"},
        {KEY_H + H_eta0, "nan", "'nan' is not a finite number"},
        {KEY_H + H_eta0, "inf", "'inf' is not a finite number"},
        {KEY_H + H_eta0, "-infinity", "'-infinity' is not a finite number"},
        {KEY_H + H_eta0, "1e999", "'1e999' is too large for a double"},
        {KEY_H + H_eta0, "1e-400", "'1e-400' is too small for a double"},
        {KEY_H + H_beta, "1", "beta = 1: 1 is out of range: expected a number in [0, 1)"},
        {KEY_H + H_beta, "linspace(0, 1, 5)", "beta = linspace(0, 1, 5): 1 is out of range"},
        {KEY_H + H_eta0, "linspce(1, 2, 3)",
         "'linspce(' is not a range: expected linspace, logspace, log2space or range; "
         "did you mean 'linspace'?"},
        {KEY_H + H_eta0, "linspace(1, 2)", "linspace has 2 arguments: expected linspace(first, last, points)"},
        {KEY_H + H_eta0, "linspace(1, 2, 3, 4)", "linspace has 4 arguments"},
        {KEY_H + H_eta0, "linspace()", "'' is not a finite number: expected linspace(first, last, points)"},
        {KEY_H + H_eta0, "linspace(1, x, 3)", "'x' is not a finite number"},
        {KEY_H + H_eta0, "linspace(1, nan, 3)", "'nan' is not a finite number"},
        {KEY_H + H_eta0, "linspace(1, 2, 3", "'linspace(1, 2, 3' does not end in ')'"},
        {KEY_H + H_eta0, "linspace(1, 2, 0)", "linspace(1, 2, 0): an empty range"},
        {KEY_H + H_eta0, "linspace(1, 2, -3)", "an empty range"},
        {KEY_H + H_eta0, "linspace(1, 2, 2.5)", "the number of points is 2.5: expected an integer"},
        {KEY_H + H_eta0, "linspace(1, 2, 1)", "one point cannot be both ends"},
        {KEY_H + H_eta0, "linspace(1, 2, 1e9)", "the number of points is 1000000000"},
        {KEY_H + H_eta0, "linspace(1, 1, 3)", "eta0: 1 is listed twice"},
        {KEY_H + H_eta0, "linspace(1, 1.00000000000001, 5)", "eta0: 1 is listed twice"},
        {KEY_H + H_eta0, "0.1, 0.2, 0.10", "eta0: 0.1 is listed twice"},
        {KEY_H + H_eta0, "logspace(0, 1, 3)",
         "eta0 = logspace(0, 1, 3): both ends must be above 0: logspace takes the end "
         "values themselves (numpy's takes exponents)"},
        {KEY_H + H_eta0, "logspace(-5, 1, 3)", "numpy's takes exponents"},
        {KEY_H + H_eta0, "log2space(-5000, 1, 3)", "log2space takes exponents of 2"},
        {KEY_SWEEP_seeds, "range(1, 1)", "range(1, 1): an empty range: the stop is excluded"},
        {KEY_SWEEP_seeds, "range(1, 5, -1)", "an empty range"},
        {KEY_SWEEP_seeds, "range(1, 5, 0)", "the step of a range must not be 0"},
        {KEY_H + H_beta, "range(0, 1, 0.1)", "range takes integers, as in Python"},
        {KEY_SWEEP_seeds, "range()", "range(stop), range(start, stop) or range(start, stop, step)"},
        {KEY_SWEEP_seeds, "5..1", "5..1: an empty range: the first end is above the last"},
        {KEY_H + H_beta, "0.1..0.5", "expected integers FIRST..LAST"},
        {KEY_SWEEP_seeds, "1..", "expected integers FIRST..LAST"},
        {KEY_SWEEP_seeds, "1...5", "expected integers FIRST..LAST"},
        {KEY_SWEEP_seeds, "1..nan", "expected integers FIRST..LAST"},
        {KEY_SWEEP_seeds, "1..20000000", "a list of more than 10000000 values"},
        {KEY_SWEEP_seeds, "1.5", "1.5 is not an integer: expected an integer in [0, 9007199254740991]"},
        {KEY_SWEEP_seeds, "-1", "-1 is out of range"},
        {KEY_SWEEP_seeds, "1-3", "expected an integer in [0, 9007199254740991]; did you mean '1..3'?"},
        {KEY_SWEEP_seeds, "7, 10 : 12", "'10 : 12' is not a number"},
        {KEY_SWEEP_seeds, "7, 10 : 12", "; did you mean '10..12'?"},
        {KEY_SWEEP_seeds, "1 to 3", "; did you mean '1..3'?"},
        {KEY_H + H_eta0, "1e-3 1e-2", "expected a number above 0; values of a list have commas between them"},
        {KEY_H + H_eta0, "[1e-3, 1e-2]", "'[1e-3' is not a number: expected a number above 0; a list has no"},
        {KEY_H + H_eta0, "1, 2]", "'2]' is not a number: expected a number above 0; a list has no brackets"},
        {KEY_SWEEP_batch, "full 128", "1, 4294967295]; values of a list have commas between them"},
        {KEY_H + H_eta0, "np.logspace(1, 2, 3)", "'np.logspace(' is not a range"},
        {KEY_H + H_eta0, "np.logspace(1, 2, 3)", "; did you mean 'logspace'?"},
        {KEY_H + H_eta0, "1e-4..0.1", "; for fractions there are linspace(first, last, points) and logspace"},
        {KEY_SWEEP_target, "0.05", "and a number of at least 0; did you mean 'gap 0.05'?"},
        {KEY_SWEEP_target, "nan",
         "'nan' is not known: expected gap, ratio or loss and a number of at least 0\n"},
        {KEY_SWEEP_target, "gap nan", "expected gap, ratio or loss and a number of at least 0\n"},
        /* numbers as they are written elsewhere */
        {KEY_SWEEP_target, "5%", "and a number of at least 0; did you mean 'gap 0.05'?"},
        {KEY_SWEEP_target, "gap 5 %",
         "'5 %' is not a number: expected gap, ratio or loss and a number of at "
         "least 0; did you mean '0.05'?"},
        {KEY_SWEEP_target, "0.01 gap", "; did you mean 'gap 0.01'?"},
        {KEY_DATA_sparsity, "99%", "'99%' is not a number: expected a number in [0, 1); did you mean '0.99'?"},
        {KEY_SWEEP_target, "gap=0.05",
         "'gap=0.05' is incomplete: expected gap, ratio or loss and a number of at least 0; did you mean 'gap "
         "0.05'?"},
        {KEY_SWEEP_target, "ratio <= 0.5", "; did you mean 'ratio 0.5'?"},
        {KEY_SWEEP_target,
         "gap=", "'gap=' is incomplete: expected gap, ratio or loss and a number of at least 0\n"},
        {KEY_SWEEP_targets, "gap 0.5",
         "'gap 0.5' is not a number: expected a number of at least 0; did you mean '0.5'?"},
        {KEY_MODEL_w0, "normal(0)", "expected a number or normal(SD) with SD above 0\n"},
        {KEY_MODEL_reduction, "average", "; did you mean 'mean'?"},
        {KEY_SWEEP_epochs, "1k", "; did you mean '1000'?"},
        {KEY_SWEEP_epochs, "1_000", "; did you mean '1000'?"},
        {KEY_SWEEP_epochs, "1,000",
         "'000' begins with a 0; a comma begins another value; did you mean '1000'?"},
        {KEY_SWEEP_epochs, "2,500",
         "one value, not a list; a comma begins another value; did you mean '2500'?"},
        {KEY_SWEEP_batch, "1,000,000",
         "batch: '000' begins with a 0; a comma begins another value; did you mean '1000000'?\n"},
        {KEY_SWEEP_batch, "full, 64, 0,000,128", "batch = 0: 0 is out of range: expected full, or an"},
        {KEY_SWEEP_batch, "0,256,128",
         "expected full, or an integer in [1, 4294967295]; a comma begins another value; did you mean "
         "'0256128'?"},
        {KEY_SWEEP_epochs, "1,124,500", "not a list; a comma begins another value; did you mean '1124500'?"},
        {KEY_SWEEP_epochs, "1,124,50", "epochs: expected one value, not a list\n"},
        {KEY_SWEEP_targets, "0,5, 0,2",
         "targets: 0 is listed twice; a comma begins another value; did you mean '0.5'?\n"},
        {KEY_SWEEP_targets, "0.5, 1,2,1",
         "targets: 1 is listed twice (points of a range are rounded to 12 digits)\n"},
        {KEY_SWEEP_evaluate, "1 epoch", "; did you mean '1'?"},
        {KEY_H + H_eta0, "1e", "expected a number above 0; an exponent has digits, as in 1e-3"},
        {KEY_H + H_eta0, "1e-", "; an exponent has digits"},
        {KEY_H + H_eta0, "1 e-3", "; did you mean '0.001'?"},
        {KEY_H + H_eta0, "10^-3", "; did you mean '1e-3'?"},
        {KEY_H + H_eta0, "10**-3", "; did you mean '1e-3'?"},
        {KEY_H + H_eta0, "1/1000", "; did you mean '0.001'?"},
        {KEY_H + H_eta0, "'0.1'", "; did you mean '0.1'?"},
        {KEY_H + H_eta0, "0.1;small", "; a comment begins after a blank"},
        {KEY_H + H_eta0, "0,01",
         "eta0 = 0: 0 is out of range: expected a number above 0; a comma begins "
         "another value; did you mean '0.01'?"},
        {KEY_H + H_eta0, "0.1, 0,1e-2", "; did you mean '0.1e-2'?"},
        {KEY_H + H_beta, "0,9",
         "beta = 9: 9 is out of range: expected a number in [0, 1); a comma begins "
         "another value; did you mean '0.9'?"},
        {KEY_H + H_beta, "9,10",
         "beta = 9: 9 is out of range: expected a number in [0, 1)\nf:1: beta = 10: 10 is out"},
        {KEY_MODEL_w0, "-0,05", "'05' begins with a 0; a comma begins another value; did you mean '-0.05'?"},
        {KEY_H + H_eta0, "-1,05", "eta0 = -1: -1 is out of range: expected a number above 0\n"},
        {KEY_MODEL_l2, "0,01", "l2: '01' begins with a 0; a comma begins another value; did you mean '0.01'?"},
        {KEY_SWEEP_seeds, "linspace(1, 2, 3)", "1.5 is not an integer"},
        {KEY_SWEEP_epochs, "1, 2", "epochs: expected one value, not a list"},
        {KEY_SWEEP_epochs, "1..3", "epochs = 1..3: expected one value, not a range"},
        {KEY_SWEEP_batch, "ful",
         "'ful' is not a number: expected full, or an integer in [1, 4294967295]; did you mean 'full'?"},
        {KEY_SWEEP_batch, "0", "0 is out of range"},
        {KEY_MODEL_loss, "logistik",
         "'logistik' is not known: expected logistic or squared; did you mean 'logistic'?"},
        {KEY_MODEL_loss, "logistic 3", "'logistic 3' is not known"},
        {KEY_H + H_root, "1", "'1' is not known: expected no or yes"},
        {KEY_SWEEP_target, "gap",
         "'gap' is incomplete: expected gap, ratio or loss and a number of at least 0"},
        {KEY_SWEEP_target, "0.01", "'0.01' is not known: expected gap, ratio or loss and a number"},
        {KEY_SWEEP_target, "gap -1", "-1 is out of range"},
        {KEY_SWEEP_target, "gap x", "'x' is not a number"},
        {KEY_MODEL_w0, "normal", "'normal' is incomplete: expected a number or normal(SD) with SD above 0"},
        {KEY_MODEL_w0, "normal(0)", "'normal(0)' is out of range"},
        {KEY_MODEL_w0, "normal(-1)", "'normal(-1)' is out of range"},
        {KEY_MODEL_w0, "normal()", "'normal()' is incomplete"},
        {KEY_MODEL_w0, "normal(x)", "'x' is not a number"},
        {KEY_MODEL_w0, "norml(1)", "'norml(' is not a range"},
    };
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct diag d = {.file = "f"};
        struct err e = {0};
        char *got = read_list(cases[i].key, cases[i].text, &d);
        if (diag_flush(&d, &e) || !strstr(e.text, cases[i].message))
            fail_msg("%s\n  got      %s\n  said     %s\n  expected %s", cases[i].text, got, e.text,
                     cases[i].message);
        free(got);
        err_clear(&e);
    }
}

static void every_bad_item_of_a_list_is_reported(void **state) {
    (void)state;
    struct diag d = {.file = "f"};
    struct err e = {0};
    free(read_list(KEY_H + H_eta0, "a, 1, -2, linspace(1, 2), 3", &d));
    assert_false(diag_flush(&d, &e));
    assert_int_equal(e.count, 3);
    err_clear(&e);
}

/* What value_print writes, value_parse reads as the same value. */
static void values_survive_being_written(void **state) {
    (void)state;
    static const struct {
        enum key key;
        struct value v;
    } cases[] = {
        {KEY_H + H_eta0, {0.1, VALUE_NUMBER}},
        {KEY_H + H_eta0, {4.9e-324, VALUE_NUMBER}},
        {KEY_MODEL_b0, {-1.5, VALUE_NUMBER}},
        {KEY_MODEL_b0, {0.25, 0}},
        {KEY_SWEEP_target, {0.05, TARGET_GAP}},
        {KEY_SWEEP_target, {3, TARGET_LOSS}},
        {KEY_SWEEP_batch, {0, 0}},
        {KEY_SWEEP_batch, {4294967295, VALUE_NUMBER}},
        {KEY_DATA_values, {0, 2}},
        {KEY_SWEEP_seeds, {9007199254740991, VALUE_NUMBER}},
    };
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct text t = {0}, why = {0};
        struct value v;
        value_print(cases[i].key, cases[i].v, &t);
        if (!value_parse(cases[i].key, t.s, t.len, &v, &why))
            fail_msg("%s: %s", t.s, why.s);
        assert_true(v.number == cases[i].v.number && v.word == cases[i].v.word);
        text_free(&t);
    }
}

static void every_default_is_a_value_of_its_key(void **state) {
    (void)state;
    for (enum key k = 0; k < KEY_H; k++) {
        struct diag d = {.file = "f"};
        struct list l;
        if (!*keys[k].fallback || keys[k].numbers == NUMBERS_TEXT)
            continue;
        if (!axis_read(k, keys[k].fallback, 1, &l, &d))
            fail_msg("%s: %s", keys[k].name, d.messages[0].text);
        free(l.v);
    }
}

static void pairs_make_two_lists(void **state) {
    (void)state;
    struct diag d = {.file = "f"};
    struct list w0, b0;
    assert_true(axis_read_pairs("-2:-2, -4 : 4, normal(0.1):0", 1, &w0, &b0, &d));
    assert_int_equal(w0.n, 3);
    assert_int_equal(b0.n, 3);
    assert_true(w0.v[1].number == -4 && b0.v[1].number == 4 && w0.v[2].word == 0 &&
                b0.v[2].word == VALUE_NUMBER);
    free(w0.v);
    free(b0.v);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_and_ranges_hold_the_values_they_say),
        cmocka_unit_test(malformed_values_are_explained),
        cmocka_unit_test(every_bad_item_of_a_list_is_reported),
        cmocka_unit_test(values_survive_being_written),
        cmocka_unit_test(every_default_is_a_value_of_its_key),
        cmocka_unit_test(pairs_make_two_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
