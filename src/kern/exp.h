/* exp of a register of f32, for x from -87 to 0: SLEEF's Sleef_finz_expf*_u10 operation by operation, so its
 * bits (tests/kern/test_exp.c), but within the loop: a call moves every register to memory and
 * back. Read by kern.c after a vec_*.h; f64 calls SLEEF. */
#ifndef KERN_F64
INLINE vr v_exp(vr x) {
    const vr n = v_rint(x * v_set1(0x1.715476p+0f)); /* log2(e) x */
    const vr s = v_fnma(n, v_set1(1.428606765330187045e-06f),
                        v_fnma(n, v_set1(0.693145751953125f), x)); /* x - n log(2) */
    vr u = v_set1(0.000198527617612853646278381f);
    u = v_fma(u, s, v_set1(0.00139304355252534151077271f));
    u = v_fma(u, s, v_set1(0.00833336077630519866943359f));
    u = v_fma(u, s, v_set1(0.0416664853692054748535156f));
    u = v_fma(u, s, v_set1(0.166666671633720397949219f));
    u = v_fma(u, s, v_set1(0.5f));
    return v_times_exp2(v_set1(1) + v_fma(s * s, u, s), n);
}
#endif
