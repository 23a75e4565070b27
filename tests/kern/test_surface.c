/* Surfaces: values and derivatives beside their formulas, minima where they are said to be. */
#include "kern/surface.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
// these need what is above
#include "surface_ref.h"
#include <cmocka.h>

static void near(const char *what, const char *name, double w, double b, double got, double wanted,
                 double bound) {
    if (!(fabs(got - wanted) <= bound * (1 + fabs(wanted))))
        fail_msg("%s of %s at (%g, %g): %.17g, expected %.17g", what, name, w, b, got, wanted);
}

static void derivatives_are_those_of_the_formula(void **state) {
    (void)state;
    for (int i = 0; i < SURFACE_COUNT; i++)
        for (double w = -4; w <= 4; w += 0.37)
            for (double b = -4; b <= 4; b += 0.41) {
                const struct surface_row *s = &surfaces[i];
                struct surface_point p, to, from;
                double g[2];
                const double h = 1e-4;
                s->at(w, b, &p);
                ref_surface_gradient(s->name, w, b, g);
                near("value", s->name, w, b, p.value, creal(ref_surface(s->name, w, b)), 1e-13);
                near("derivative by w", s->name, w, b, p.g[0], g[0], 1e-12);
                near("derivative by b", s->name, w, b, p.g[1], g[1], 1e-12);
                /* finite differences: of values for the first derivatives, of those for the second */
                s->at(w + h, b, &to), s->at(w - h, b, &from);
                near("difference by w", s->name, w, b, p.g[0], (to.value - from.value) / (2 * h), 1e-5);
                near("second derivative by w", s->name, w, b, p.h[0], (to.g[0] - from.g[0]) / (2 * h), 1e-5);
                s->at(w, b + h, &to), s->at(w, b - h, &from);
                near("difference by b", s->name, w, b, p.g[1], (to.value - from.value) / (2 * h), 1e-5);
                near("second derivative by b", s->name, w, b, p.h[1], (to.g[1] - from.g[1]) / (2 * h), 1e-5);
            }
}

/* Every point listed: value 0, gradient 0; a minimum, as far as the diagonal says; and named in words. */
static void minima_are_where_they_are_said_to_be(void **state) {
    (void)state;
    for (int i = 0; i < SURFACE_COUNT; i++) {
        const struct surface_row *s = &surfaces[i];
        const char *words = s->minima;
        assert_true(s->n_minima > 0 && s->n_minima <= SURFACE_MINIMA);
        for (size_t k = 0; k < s->n_minima; k++) {
            const double w = s->minimum[k][0], b = s->minimum[k][1];
            struct surface_point p;
            char point[64];
            s->at(w, b, &p);
            near("value", s->name, w, b, p.value, 0, 1e-28);
            near("derivative by w", s->name, w, b, p.g[0], 0, 1e-12);
            near("derivative by b", s->name, w, b, p.g[1], 0, 1e-12);
            assert_true(p.h[0] > 0 && p.h[1] > 0);
            snprintf(point, sizeof point, "%s(%.7g, %.7g)", k ? ", " : "", w, b);
            assert_int_equal(strncmp(words, point, strlen(point)), 0);
            words += strlen(point);
        }
        assert_true(*words == ';' || !*words); /* what follows is no minimum */
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(derivatives_are_those_of_the_formula),
        cmocka_unit_test(minima_are_where_they_are_said_to_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
