/* The measures of a sweep, together. */
#include "report/scores.h"
#include <stdlib.h>

bool scores_make(const struct results *r, struct scores *s, struct err *e) {
    *s = (struct scores){.r = r};
    bool ok = results_groups(r, &s->group, &s->n, e) &&
              rankings_make(r, s->group, s->n, &s->ranking, &s->n_problems, e) &&
              minima_make(r, s->group, s->n, s->n_problems, &s->minima, e) &&
              profile_make(r, s->group, s->n, &s->profile, e) &&
              ecdf_make(r, s->group, s->n, &s->ecdf, &s->n_ecdf, e) &&
              trends_make(r, s->group, s->n, &s->trend, &s->n_trends, e) &&
              claims_make(r, &s->claim, &s->n_claims, e);
    if (!ok)
        scores_free(s);
    return ok;
}

const char *scores_optimizer(const struct scores *s, size_t optimizer_index) {
    size_t i = 0;
    while (s->group[i].optimizer_index != optimizer_index)
        i++;
    return s->group[i].optimizer;
}

void scores_free(struct scores *s) {
    if (s->ranking)
        rankings_free(s->ranking, s->n_problems);
    if (s->ecdf)
        ecdf_free(s->ecdf, s->n_ecdf);
    if (s->trend)
        trends_free(s->trend, s->n_trends);
    if (s->claim)
        claims_free(s->claim, s->n_claims);
    free(s->minima);
    profile_free(&s->profile);
    if (s->group)
        results_groups_free(s->group, s->n);
    *s = (struct scores){0};
}
