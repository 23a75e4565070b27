/* See rules_ref.h. To add a rule, a loss or a schedule: its function, and its row below it. */
#include "rules_ref.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- rules ------------------------------------------------------------------------------------------------
 */

#define RULE(name) static double name(double w, double g, double *s, const double *h, double eta, double t)

static double square(double x) {
    return x * x;
}

static double denominator(double v, const double *h) {
    return h[H_epsilon_placement] == 1 ? sqrt(v + h[H_epsilon]) : sqrt(v) + h[H_epsilon];
}

/* Robbins and Monro 1951 */
RULE(sgd) {
    (void)s, (void)h, (void)t;
    return w - eta * g;
}

/* Polyak 1964, in the form of Sutskever et al. 2013 with the rate outside the velocity */
RULE(momentum) {
    (void)t;
    double *u = &s[0];
    *u = h[H_beta] * *u + g;
    return w - eta * *u;
}

/* Nesterov 1983. Look-ahead: g has been taken at w - eta beta m. */
static double nag_point(double w, const double *s, const double *h, double eta) {
    return h[H_form] == 1 ? w - eta * h[H_beta] * s[0] : w;
}
RULE(nag) {
    (void)t;
    double *m = &s[0];
    *m = h[H_beta] * *m + g;
    return h[H_form] == 1 ? w - eta * *m : w - eta * (h[H_beta] * *m + g);
}

/* Duchi, Hazan and Singer 2011, diagonal version */
RULE(adagrad) {
    (void)t;
    double *v = &s[0];
    *v += g * g;
    return w - eta * g / (h[H_root] == 0 ? *v + h[H_epsilon] : denominator(*v, h));
}

/* Tieleman and Hinton 2012, lecture 6e */
RULE(rmsprop) {
    (void)t;
    double *v = &s[0];
    *v = h[H_beta] * *v + (1 - h[H_beta]) * square(g);
    return w - eta * g / denominator(*v, h);
}

/* Zeiler 2012, algorithm 1 */
RULE(adadelta) {
    (void)eta, (void)t;
    double *v = &s[0], *u = &s[1];
    const double rho = h[H_beta], epsilon = h[H_epsilon];
    *v = rho * *v + (1 - rho) * square(g);
    const double dw = sqrt(*u + epsilon) / sqrt(*v + epsilon) * g;
    *u = rho * *u + (1 - rho) * square(dw);
    return w - dw;
}

/* Kingma and Ba 2015, algorithm 1 */
RULE(adam) {
    double *m = &s[0], *v = &s[1];
    *m = h[H_beta1] * *m + (1 - h[H_beta1]) * g;
    *v = h[H_beta2] * *v + (1 - h[H_beta2]) * square(g);
    const bool correct = h[H_bias_correction] == 1;
    const double mh = correct ? *m / (1 - pow(h[H_beta1], t)) : *m;
    const double vh = correct ? *v / (1 - pow(h[H_beta2], t)) : *v;
    return w - eta * mh / denominator(vh, h);
}

/* Loshchilov and Hutter 2019, algorithm 2: the decay uses the w before the step */
RULE(adamw) {
    return adam(w, g, s, h, eta, t) - eta * h[H_weight_decay] * w;
}

/* AdaMax's norm in RMSProp's place */
RULE(maxprop) {
    (void)t;
    double *v = &s[0];
    *v = fmax(h[H_beta] * *v, fabs(g));
    return w - eta * g / (*v + h[H_epsilon]);
}

/* Kingma and Ba 2015, algorithm 2, with an epsilon */
RULE(adamax) {
    double *m = &s[0], *v = &s[1];
    *m = h[H_beta1] * *m + (1 - h[H_beta1]) * g;
    *v = fmax(h[H_beta2] * *v, fabs(g));
    return w - eta / (1 - pow(h[H_beta1], t)) * *m / (*v + h[H_epsilon]);
}

/* Dozat 2016, with beta1 the same at every step */
RULE(nadam) {
    double *m = &s[0], *v = &s[1];
    *m = h[H_beta1] * *m + (1 - h[H_beta1]) * g;
    *v = h[H_beta2] * *v + (1 - h[H_beta2]) * square(g);
    const double mh = *m / (1 - pow(h[H_beta1], t)), vh = *v / (1 - pow(h[H_beta2], t));
    return w - eta / denominator(vh, h) * (h[H_beta1] * mh + (1 - h[H_beta1]) * g / (1 - pow(h[H_beta1], t)));
}

/* Reddi, Kale and Kumar 2018, algorithm 2; bias corrections are an option */
RULE(amsgrad) {
    double *m = &s[0], *v = &s[1], *vmax = &s[2];
    *m = h[H_beta1] * *m + (1 - h[H_beta1]) * g;
    *v = h[H_beta2] * *v + (1 - h[H_beta2]) * square(g);
    const bool correct = h[H_bias_correction] == 1;
    const double mh = correct ? *m / (1 - pow(h[H_beta1], t)) : *m;
    const double vh = correct ? *v / (1 - pow(h[H_beta2], t)) : *v;
    *vmax = fmax(*vmax, vh);
    return w - eta * mh / denominator(*vmax, h);
}

const struct ref_rule ref_rules[] = {
    {"sgd", {0}, sgd, NULL},
    {"momentum", {"u"}, momentum, NULL},
    {"nag", {"m"}, nag, nag_point},
    {"adagrad", {"v"}, adagrad, NULL},
    {"rmsprop", {"v"}, rmsprop, NULL},
    {"adadelta", {"v", "u"}, adadelta, NULL},
    {"adam", {"m", "v"}, adam, NULL},
    {"adamw", {"m", "v"}, adamw, NULL},
    {"maxprop", {"v"}, maxprop, NULL},
    {"adamax", {"m", "v"}, adamax, NULL},
    {"nadam", {"m", "v"}, nadam, NULL},
    {"amsgrad", {"m", "v", "vmax"}, amsgrad, NULL},
    {"linesearch", {0}, NULL, NULL},
};
const int ref_n_rules = sizeof ref_rules / sizeof *ref_rules;

const struct ref_rule *ref_rule_find(const char *name) {
    for (int i = 0; i < ref_n_rules; i++)
        if (strcmp(ref_rules[i].name, name) == 0)
            return &ref_rules[i];
    return NULL;
}

/* ---- losses -----------------------------------------------------------------------------------------------
 */

static long double sigmoid(long double z) {
    return 1 / (1 + expl(-z));
}

static long double logistic_loss(long double z, long double y) {
    /* log(1 + e^z) - y z, with max(z, 0) taken out of the logarithm, and out of the difference */
    return z > 0 ? log1pl(expl(-z)) + (1 - y) * z : log1pl(expl(z)) - y * z;
}
static long double logistic_residual(long double z, long double y) {
    return sigmoid(z) - y;
}

static long double squared_loss(long double z, long double y) {
    return (sigmoid(z) - y) * (sigmoid(z) - y) / 2;
}
static long double squared_residual(long double z, long double y) {
    return (sigmoid(z) - y) * sigmoid(z) * sigmoid(-z); /* 1 - sigmoid(z) = sigmoid(-z) */
}

const struct ref_loss ref_losses[] = {
    {"logistic", logistic_loss, logistic_residual},
    {"squared", squared_loss, squared_residual},
};
const int ref_n_losses = sizeof ref_losses / sizeof *ref_losses;

const struct ref_loss *ref_loss_find(const char *name) {
    for (int i = 0; i < ref_n_losses; i++)
        if (strcmp(ref_losses[i].name, name) == 0)
            return &ref_losses[i];
    return NULL;
}

/* ---- schedules --------------------------------------------------------------------------------------------
 */

#define SCHEDULE(name) static double name(const double *k, double t)

SCHEDULE(constant) {
    (void)k, (void)t;
    return 1;
}
SCHEDULE(step) {
    return pow(k[S_gamma], floor(t / k[S_every]));
}
SCHEDULE(exponential) {
    return exp(-k[S_rate] * t);
}
SCHEDULE(inverse) {
    return 1 / (1 + k[S_rate] * t);
}

/* Smith 2017: up for mu steps, down for mu steps */
SCHEDULE(triangular) {
    const double mu = k[S_period], cycle = floor(1 + t / (2 * mu)), x = fabs(t / mu - 2 * cycle + 1);
    return k[S_floor] + (1 - k[S_floor]) * fmax(0, 1 - x);
}

/* Loshchilov and Hutter 2017: cycle i is T_i + 1 steps long, from the top (0) to the floor (T_i) */
SCHEDULE(cosine) {
    double T = fmax(1, round(k[S_period]));
    for (int i = 1; t > T; i++) {
        if (k[S_growth] == 1) {
            t = fmod(t, T + 1);
            break;
        }
        t -= T + 1;
        T = fmax(1, round(k[S_period] * pow(k[S_growth], i)));
    }
    return k[S_floor] + (1 - k[S_floor]) / 2 * (1 + cos(M_PI * t / T));
}

SCHEDULE(warmup) {
    const double steps = k[S_steps];
    if (t + 1 < steps)
        return (t + 1) / steps;
    return k[S_then] == 1 ? sqrt(steps / (t + 1)) : 1;
}

const struct ref_schedule ref_schedules[] = {
    {"constant", constant},     {"step", step},     {"exponential", exponential}, {"inverse", inverse},
    {"triangular", triangular}, {"cosine", cosine}, {"warmup", warmup},
};
const int ref_n_schedules = sizeof ref_schedules / sizeof *ref_schedules;

const struct ref_schedule *ref_schedule_find(const char *name) {
    for (int i = 0; i < ref_n_schedules; i++)
        if (strcmp(ref_schedules[i].name, name) == 0)
            return &ref_schedules[i];
    return NULL;
}

/* ---- the trainer ------------------------------------------------------------------------------------------
 */

static double score(const struct ref_data *x, size_t row, const double *w) {
    double z = w[x->d];
    for (uint64_t k = x->ptr[row]; k < x->ptr[row + 1]; k++)
        z += (x->val ? x->val[k] : 1) * w[x->idx[k]];
    return z;
}

double ref_total_loss(const struct ref_data *x, const struct ref_run *r, const double *w) {
    double loss = 0, norm = 0;
    for (size_t i = 0; i < x->n; i++)
        loss += (double)r->loss->loss(score(x, i, w), x->y[i]);
    for (size_t j = 0; j < x->d; j++)
        norm += w[j] * w[j];
    return (r->mean ? loss / (double)x->n : loss) + 0.5 * r->l2 * norm;
}

/* g (d + 1) of the rows order[0..n) (NULL: 0..n) at w. */
static void gradient(const struct ref_data *x, const struct ref_run *r, const uint32_t *order, size_t n,
                     const double *w, double *g) {
    memset(g, 0, (x->d + 1) * sizeof *g);
    for (size_t i = 0; i < n; i++) {
        const size_t row = order ? order[i] : i;
        const double e = (double)r->loss->residual(score(x, row, w), x->y[row]);
        for (uint64_t k = x->ptr[row]; k < x->ptr[row + 1]; k++)
            g[x->idx[k]] += e * (x->val ? x->val[k] : 1);
        g[x->d] += e;
    }
    for (size_t j = 0; j <= x->d; j++)
        g[j] = (r->mean ? g[j] / (double)n : g[j]) + (j < x->d ? r->l2 * w[j] : 0);
}

/* Steepest descent: the best of eta, eta shrink, ..., or w where none is better; ties go to the larger. */
static void linesearch(const struct ref_data *x, const struct ref_run *r, double eta, double *w,
                       const double *g, double *trial) {
    double least = ref_total_loss(x, r, w), best = 0;
    for (int k = 0; k < r->candidates; k++) {
        const double rate = eta * pow(r->shrink, k);
        for (size_t j = 0; j <= x->d; j++)
            trial[j] = w[j] - rate * g[j];
        const double loss = ref_total_loss(x, r, trial);
        if (loss < least) {
            least = loss;
            best = rate;
        }
    }
    for (size_t j = 0; j <= x->d; j++)
        w[j] -= best * g[j];
}

void ref_train(const struct ref_data *x, const struct ref_run *r, size_t steps, double *w, double *losses,
               double *path) {
    const size_t d1 = x->d + 1, batch = r->batch ? r->batch : x->n, per_epoch = (x->n + batch - 1) / batch;
    double *g = calloc(d1, sizeof *g), *point = calloc(d1, sizeof *point);
    double(*s)[REF_MAX_STATE] = calloc(d1, sizeof *s);
    double h_bias[H_COUNT];
    memcpy(h_bias, r->h, sizeof h_bias);
    h_bias[H_weight_decay] = 0;
    if (!g || !point || !s)
        abort();
    for (size_t t = 0;; t++) {
        if (losses)
            losses[t] = ref_total_loss(x, r, w);
        if (path)
            memcpy(path + t * d1, w, d1 * sizeof *w);
        if (t == steps)
            break;
        const double eta = r->h[H_eta0] * (r->schedule ? r->schedule->factor(r->k, (double)t) : 1);
        for (size_t j = 0; j < d1; j++)
            point[j] = r->rule->point ? r->rule->point(w[j], s[j], r->h, eta) : w[j];
        const size_t first = t % per_epoch * batch, n = first + batch <= x->n ? batch : x->n - first;
        gradient(x, r, r->batch ? r->order + t / per_epoch * x->n + first : NULL, n, point, g);
        if (!r->rule->step)
            linesearch(x, r, eta, w, g, point);
        for (size_t j = 0; r->rule->step && j < d1; j++)
            w[j] = r->rule->step(w[j], g[j], s[j], j < x->d ? r->h : h_bias, eta, (double)(t + 1));
    }
    free(g), free(point), free(s);
}
