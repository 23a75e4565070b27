/* What all figures have in common: page, fonts, colours, ticks, words for numbers. */
#include "base/math.h"
#include "report/gnuplot.h"
#include "report/plots.h"
#include <stdio.h>
#include <string.h>

void style_open(struct figure *f, const char *what, int height) {
    struct text *gp = &f->gp;
    f->what = what;
    text_addf(gp,
              "# %s\n"
              "# Draws %s.svg and .png beside itself, from any folder: gnuplot %s.gp\n"
              "# And .pdf: gnuplot -e 'pdf = 1' %s.gp\n"
              "name = '%s'\n"
              "dir = ARG0[1:strlen(ARG0)-strlen(name.'.gp')]\n"
              "dat = dir.name.'.dat'\n"
              "W = %d.; H = %d.\n"
              "X(px) = px/W; Y(px) = px/H\n",
              what, f->name, f->name, f->name, f->name, PLOT_WIDTH, height);
    text_addf(gp,
              "reset\n"
              "set encoding utf8\n"
              "unset key\n"
              "set border 3 lw 1 lc rgb '#404040'\n"
              "set tics out nomirror scale 0.6,0.3 font ',%d' textcolor rgb '#202020'\n",
              PLOT_SMALL);
}

void style_title(struct figure *f, const char *title, const char *const *lines, size_t n) {
    text_add(&f->title, title);
    text_add(&f->gp, "set label 1 ");
    gnuplot_quote(&f->gp, title, PLOT_TITLE_CHARS);
    text_add(&f->gp, " at screen X(10), Y(H-16) noenhanced\n");
    for (size_t i = 0; i < n; i++) {
        text_add(&f->subtitle, i ? "; " : "");
        text_add(&f->subtitle, lines[i]);
        text_addf(&f->gp, "set label %zu ", 2 + i);
        gnuplot_quote(&f->gp, lines[i], PLOT_SUBTITLE_CHARS);
        text_addf(&f->gp, " at screen X(10), Y(H-%zu) noenhanced font ',%d' textcolor rgb '#505050'\n",
                  35 + i * PLOT_LINE, PLOT_SMALL);
    }
}

void style_close(struct figure *f, const char *commands) {
    text_addf(
        &f->gp,
        "set terminal svg size W,H font 'Helvetica, Arial, sans-serif,%d' background '#ffffff' linewidth 1\n"
        "set output dir.name.'.svg'\n"
        "%s"
        "set output\n"
        "if (strstrt(GPVAL_TERMINALS, 'pngcairo')) {\n"
        "    set terminal pngcairo size 2*W,2*H font 'sans,%d' fontscale 1.5 linewidth 2 pointscale 2\n"
        "} else {\n"
        "    set terminal png size 2*W,2*H font 'sans,%d' fontscale 1.5 linewidth 2\n"
        "}\n"
        "set output dir.name.'.png'\n"
        "replot\n"
        "set output\n"
        "if (exists('pdf')) {\n"
        "    set terminal pdfcairo size W/144,H/144 font 'sans,%d' fontscale 0.5 linewidth 0.5\n"
        "    set output dir.name.'.pdf'\n"
        "    replot\n"
        "    set output\n"
        "}\n",
        PLOT_FONT, commands, PLOT_FONT, PLOT_FONT, PLOT_FONT);
}

void style_quantity(const struct results *r, size_t n_seeds, struct text *out) {
    text_add(out, n_seeds > 1 ? "median epochs to " : "epochs to ");
    value_print(KEY_SWEEP_target, *plan_target(r->plan), out);
    if (n_seeds > 1)
        text_addf(out, ", %zu seeds", n_seeds);
}

/* Exponents as people write them: 1e-05 -> 1e-5, 1e+20 -> 1e20. Works in place on what stands from `from`. */
static void tidy_exponent(struct text *t, size_t from) {
    char *e = t->failed || t->len == from ? NULL : strchr(t->s + from, 'e');
    if (!e || e == t->s + from)
        return;
    char *to = e + 1, *at = to;
    if (*at == '-')
        *to++ = *at++;
    else if (*at == '+')
        at++;
    while (*at == '0' && at[1])
        at++;
    memmove(to, at, strlen(at) + 1);
    t->len = strlen(t->s);
}

void style_level(enum key key, struct value v, struct text *out) {
    size_t from = out->len;
    if (v.word == VALUE_NONE)
        text_add(out, "none");
    value_print(key, v, out);
    if (v.word == VALUE_NUMBER)
        tidy_exponent(out, from);
}

void style_short(double x, struct text *out) {
    char digits[NUMBER_CHARS];
    size_t from = out->len;
    snprintf(digits, sizeof digits, "%.2e", x);
    number_parse(digits, strlen(digits), &x);
    text_add_number(out, x);
    tidy_exponent(out, from);
}

void style_setting(enum key key, struct value v, size_t from, struct text *out) {
    text_addf(out, "%s%s=", out->len > from ? ", " : "", keys[key].name);
    if (v.word == VALUE_NUMBER)
        style_short(v.number, out);
    else
        style_level(key, v, out);
}

/* Whether a level reads 10, 0.001, 1e-5: one 1, and zeros. */
static bool power_of_ten(const char *s) {
    s += strspn(s, "0.");
    return *s == '1' && (s += 1 + strspn(s + 1, "0"), !*s || *s == 'e');
}

enum {
    DIGIT_PX = 8,
    GAP_PX = 9
}; /* a character of a tick label in PLOT_SMALL, at most, and the space between labels */

bool style_levels(char axis, enum key key, const struct value *v, size_t n, double pixels, bool *named) {
    struct text label = {0};
    /* [0]: of all levels, [1]: of the powers of ten among them. */
    size_t count[2] = {0}, longest[2] = {0}, fit[2];
    for (size_t i = 0; i < n; i++) {
        label.len = 0;
        style_level(key, v[i], &label);
        named[i] = label.len && !label.failed && power_of_ten(label.s);
        for (int k = 0; k < 2 && !label.failed; k++)
            if (!k || named[i]) {
                count[k]++;
                longest[k] = label.len > longest[k] ? label.len : longest[k];
            }
    }
    for (int k = 0; k < 2; k++) {
        double each = axis == 'x' ? (double)(longest[k] * DIGIT_PX + GAP_PX) : PLOT_SMALL + 2;
        fit[k] = pixels > each ? (size_t)(pixels / each) : 1;
    }
    const bool powers = count[0] > fit[0] && count[1] >= 2;
    /* NOLINTNEXTLINE(clang-analyzer-core.DivideZero): there is room for one */
    const size_t step = (count[powers] + fit[powers] - 1) / fit[powers];
    for (size_t i = 0, k = 0; i < n; i++)
        named[i] = step && (!powers || named[i]) && k++ % step == 0;
    const bool ok = !label.failed;
    text_free(&label);
    return ok;
}

static bool within(double at, double lo, double hi) {
    return at >= lo * (1 - 1e-9) && at <= hi * (1 + 1e-9);
}

static void add_tick(struct text *gp, double at, bool first) {
    text_add(gp, first ? "'" : ", '");
    style_short(at, gp);
    text_add(gp, "' ");
    text_add_number(gp, at);
}

void style_log_ticks(struct text *gp, double lo, double hi) {
    /* In each decade: as many as fit, but two in all if there are so many round numbers. */
    static const double steps[][9] = {{1, 0}, {1, 2, 5, 0}, {1, 1.5, 2, 3, 4, 5, 6, 8, 0}};
    const int k0 = (int)floor(m_log(lo) / m_log(10)) - 1, k1 = (int)floor(m_log(hi) / m_log(10)) + 1;
    const bool decades = hi / lo > 300;
    const int every = decades ? 1 + (k1 - k0) / 9 : 1;
    int n = 0, fine = decades ? 0 : 1;
    for (int k = k0; fine == 1 && k <= k1; k++)
        for (const double *s = steps[1]; *s > 0; s++)
            n += within(*s * m_pow(10, k), lo, hi);
    fine += fine == 1 && n < 2;
    n = 0;
    text_add(gp, "(");
    for (int k = k0; k <= k1; k++)
        for (const double *s = steps[fine]; *s > 0 && k % every == 0; s++) {
            const double at = *s * m_pow(10, k);
            if (within(at, lo, hi))
                add_tick(gp, at, !n++);
        }
    for (int i = 0; n == 0 && i < (hi > lo ? 2 : 1); i++) /* no round number between: the ends */
        add_tick(gp, i ? hi : lo, !i);
    text_add(gp, ")");
}

enum { N_LINES = 7 };

/* Okabe and Ito's colours, told apart by all common forms of colour vision; their yellow is too faint for a
 * line. */
void style_colour(struct text *gp, size_t k) {
    static const char *const colour[N_LINES] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                "#000000", "#e69f00", "#56b4e9"};
    text_addf(gp, "lc rgb '%s'", colour[k % N_LINES]);
}

/* Dashes differ too, and shift against the colours after each turn, so that 49 lines are distinct. */
void style_line(struct text *gp, size_t k) {
    static const char *const dash[N_LINES] = {"solid",  "(12,4)",         "(4,3)", "(12,3,3,3)",
                                              "(20,5)", "(12,3,3,3,3,3)", "(7,2)"};
    style_colour(gp, k);
    text_addf(gp, " dt %s", dash[(k + k / N_LINES) % N_LINES]);
}
