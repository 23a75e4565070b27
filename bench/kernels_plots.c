#include "kernels.h"
bool rows_plots(const struct context *c, const char *dir, struct err *e) {
    (void)c, (void)dir, (void)e;
    return true;
}
