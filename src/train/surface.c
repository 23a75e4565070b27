/* Training on a surface: the gradient of w and b is the function's, in double, with noise where the data ask
 * for it, rounded once; the rule is the one that all other training takes. */
#include "base/rng.h"
#include "train/tracer.h"

/* The loss at w. */
static void losses(const struct team *t, double loss[LANES]) {
    for (size_t lane = 0; lane < LANES; lane++)
        loss[lane] = team_surface_at(t, team_get(t, t->w, lane), team_get(t, t->b, lane));
}

/* Gradients for step `step` (1, 2, ...) where the rule takes them, into g and b_g. The noise is drawn by seed
 * and step: it does not depend on the run, nor on what was drawn before. */
static void gradients(struct team *t, uint64_t step) {
    double noise[2] = {0};
    if (t->data->params.noise > 0) {
        struct rng r = rng_for(t->data->params.seed, RNG_SURFACE, step);
        for (int k = 0; k < 2; k++)
            noise[k] = t->data->params.noise * rng_normal(&r);
    }
    const void *w = team_point(t), *b = team_point_bias(t);
    for (size_t lane = 0; lane < LANES; lane++) {
        struct surface_point p;
        t->surface->at(team_get(t, w, lane), team_get(t, b, lane), &p);
        team_put(t, t->g, lane, p.g[0] + noise[0]);
        team_put(t, t->b_g, lane, p.g[1] + noise[1]);
    }
}

bool train_surface(struct team *t, struct err *e) {
    const uint64_t steps = t->n_steps;
    const double evaluate = t->lane[0].run.v[KEY_SWEEP_evaluate].number;
    uint64_t due = 0;
    for (uint64_t step = 0;; step++) {
        const bool last = step == steps, now = step == due || last;
        double loss[LANES];
        losses(t, loss);
        if (now) {
            if (step > 0) /* as full batches: a start is judged by its loss */
                team_watch(t, 1);
            if (!team_record(t, (double)step, step, 0, loss, last, e))
                return false;
            if (t->n_running == 0)
                return true;
            due = team_next_evaluation(evaluate, 1, step);
        }
        team_coefs(t, step + 1);
        if (t->tracer) {
            tracer_before(t, NULL, 0);
            for (int lane = 0; lane < LANES; lane++)
                tracer_loss(t->tracer, lane, loss[lane]);
            if (t->tracer->h)
                curvature_surface(t);
        }
        gradients(t, step + 1);
        if (t->tracer)
            tracer_gradients(t, 0, 1, NULL, t->g);
        if (rules[t->rule]->line_search && !linesearch_choose(t, e))
            return false;
        t->k->step[t->rule][t->variant_number](1, t->w, t->state, t->g, t->coefs);
        t->k->step[t->rule][t->variant_number](1, t->b, t->b_state, t->b_g, t->b_coefs);
        if (t->tracer && !tracer_after(t, NULL, 0, step + 1, e))
            return false;
    }
}
