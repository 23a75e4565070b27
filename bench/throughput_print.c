/* What `bench throughput` measured, as text or as CSV. */
#include "base/machine.h"
#include "base/stats.h"
#include "show.h"
#include "throughput.h"
#include <stdio.h>

struct row {
    const char *name, *column;
    double *rate; /* NULL: not measured */
};
enum { N_ROWS = 4 };

static void rows_of(struct race *b, struct row rows[N_ROWS]) {
    rows[0] = (struct row){"lockstep", "lockstep", b->lockstep_rate};
    rows[1] = (struct row){"plain C, one run at a time", "plain", b->plain[0] ? b->plain_rate : NULL};
    rows[2] = (struct row){"loads and additions only", "ceiling", b->passes ? b->ceiling_rate : NULL};
    rows[3] = (struct row){"the same, and the rule's traffic", "ceiling_with_rule",
                           b->passes ? b->moving_rate : NULL};
}

static void print_text(struct race *b, enum isa isa) {
    const struct throughput *o = b->o;
    char rows[SHOW_CHARS], features[SHOW_CHARS], nnz[SHOW_CHARS];
    printf("%s rows, %s feature%s, %s non-zeros; ", show_count(b->data->train.n_rows, rows),
           show_count(b->data->n_features, features), b->data->n_features == 1 ? "" : "s",
           show_count(b->data->train.nnz, nnz));
    char batch[48] = "full batch";
    if (o->batch)
        snprintf(batch, sizeof batch, "batch %llu, %s", (unsigned long long)o->batch,
                 update_words[o->sparse_updates]);
    printf("%s, %s, %s, %llu cells, %llu epochs, %llu thread%s, %s\n%s\n\n", o->rule, batch,
           o->precision == PRECISION_F32 ? "f32" : "f64", (unsigned long long)o->cells,
           (unsigned long long)o->epochs, (unsigned long long)o->threads, o->threads == 1 ? "" : "s",
           isa_names[isa], machine_get()->cpu);
    printf("millions of non-zeros x runs a second, %llu repetition%s\n", (unsigned long long)o->repeats,
           o->repeats == 1 ? "" : "s");
    printf("  %-32s %10s %10s %10s %12s\n", "", "median", "least", "most", "per thread");
    struct row row[N_ROWS];
    rows_of(b, row);
    double median[N_ROWS];
    for (int k = 0; k < N_ROWS; k++) {
        if (!row[k].rate)
            continue;
        median[k] = stats_median(row[k].rate, o->repeats); /* sorts */
        printf("  %-32s %10.0f %10.0f %10.0f %12.0f\n", row[k].name, median[k], row[k].rate[0],
               row[k].rate[o->repeats - 1], median[k] / (double)o->threads);
    }
    const double rows_a_step = o->batch ? (double)o->batch : (double)b->data->train.n_rows;
    const double steps =
        median[0] * 1e6 / (double)b->data->train.nnz * (double)b->data->train.n_rows / rows_a_step;
    printf("\nlockstep: %.3g steps a second, those of all runs together\n", steps);
    if (row[1].rate)
        printf("lockstep / plain C: %.1f\n", median[0] / median[1]);
    if (row[2].rate)
        printf("lockstep / loads and additions only: %.2f (median of the repetitions)\n",
               stats_median(b->share, o->repeats));
}

static void print_csv(struct race *b, enum isa isa) {
    const struct throughput *o = b->o;
    printf("rows,features,nonzeros,rule,batch,precision,isa,cells,epochs,threads,repeats");
    struct row row[N_ROWS];
    rows_of(b, row);
    for (int k = 0; k < N_ROWS; k++)
        printf(",%s,%s_least,%s_most", row[k].column, row[k].column, row[k].column);
    printf(",ceiling_share,cpu\n%zu,%zu,%llu,%s,", b->data->train.n_rows, b->data->n_features,
           (unsigned long long)b->data->train.nnz, o->rule);
    if (o->batch)
        printf("%llu", (unsigned long long)o->batch);
    else
        printf("full");
    printf(",%s,%s,%llu,%llu,%llu,%llu", o->precision == PRECISION_F32 ? "f32" : "f64", isa_names[isa],
           (unsigned long long)o->cells, (unsigned long long)o->epochs, (unsigned long long)o->threads,
           (unsigned long long)o->repeats);
    for (int k = 0; k < N_ROWS; k++) {
        if (row[k].rate) {
            const double median = stats_median(row[k].rate, o->repeats); /* sorts */
            printf(",%.1f,%.1f,%.1f", median, row[k].rate[0], row[k].rate[o->repeats - 1]);
        } else {
            printf(",,,");
        }
    }
    if (b->passes)
        printf(",%.3f", stats_median(b->share, o->repeats));
    else
        printf(",");
    printf(",\"%s\"\n", machine_get()->cpu);
}

void throughput_print(struct race *b, enum isa isa) {
    if (b->o->format == FORMAT_CSV)
        print_csv(b, isa);
    else
        print_text(b, isa);
}
