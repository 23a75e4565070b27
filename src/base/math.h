/* The only elementary functions that may reach a result: SLEEF's finz_ family, whose scalar, AVX2 and AVX-512
 * forms agree to the bit. glibc's exp, log, pow and cos change with the CPU and are not used for results.
 * Everything here is double precision, error at most 1 ulp. */
#pragma once

/* As in sleef.h, which declares them only to code compiled with -mfma; at run time they need FMA all the same.
 */
double Sleef_finz_expd1_u10purecfma(double);
double Sleef_finz_logd1_u10purecfma(double);
double Sleef_finz_log1pd1_u10purecfma(double);
double Sleef_finz_powd1_u10purecfma(double, double);
double Sleef_finz_cospid1_u05purecfma(double);
double Sleef_finz_exp10d1_u10purecfma(double);
double Sleef_finz_exp2d1_u10purecfma(double);

static inline double m_exp(double x) {
    return Sleef_finz_expd1_u10purecfma(x);
}
static inline double m_log(double x) {
    return Sleef_finz_logd1_u10purecfma(x);
}
static inline double m_log1p(double x) {
    return Sleef_finz_log1pd1_u10purecfma(x);
}
static inline double m_pow(double x, double y) {
    return Sleef_finz_powd1_u10purecfma(x, y);
}
static inline double m_cospi(double x) {
    return Sleef_finz_cospid1_u05purecfma(x);
}
static inline double m_exp10(double x) {
    return Sleef_finz_exp10d1_u10purecfma(x);
}
static inline double m_exp2(double x) {
    return Sleef_finz_exp2d1_u10purecfma(x);
}
