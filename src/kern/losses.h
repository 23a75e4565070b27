/* Every loss, once: L(z, y) and e = dL/dz in registers of lanes. Read by kern.c after a vec_*.h; the names are
 * LOSSES in kern.h. With t = exp(-|z|): p = sigmoid(z) = (z >= 0 ? 1 : t) / (1 + t), p (1-p) = t / (1+t)^2. */

#define LOSS(name) INLINE void name##_loss(vr z, vr y, vr t, vr *loss, vr *e, bool want_loss, bool want_e)

/* log(1+e^z) - y z = log1p(t) + (max(z, 0) - y z): grouped so that y = 1, z > 0 leaves log1p(t) exactly.
 * Without log1p(t), which kern.c takes of many rows at once. */
enum { logistic_less_log1p = true, squared_less_log1p = false };
LOSS(logistic) {
    const vr one = v_set1(1), zero = v_set1(0);
    if (want_loss)
        *loss = v_fnma(y, z, v_max(zero, z));
    if (want_e)
        *e = v_select_ge0(z, one, t) / (one + t) - y;
}

/* 1/2 (p - y)^2, e = (p - y) p (1 - p) */
LOSS(squared) {
    const vr one = v_set1(1);
    const vr d = v_select_ge0(z, one, t) / (one + t) - y;
    if (want_loss)
        *loss = v_set1((real)0.5) * d * d;
    if (want_e)
        *e = d * (t / ((one + t) * (one + t)));
}
