/* What one step of a rule costs an element, whatever the ISA: found by running the step in rules.h on registers
 * that count, so it cannot disagree with it. */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

struct rule_cost {
    int arrays;     /* streams of memory: w, g and the state */
    int loads;      /* of these, read: g, w, and the state that the step looks at */
    int stores;     /* of these, written: w and all state */
    int write_only; /* state that is written without being read */
    int divisions, roots;
    int arithmetic; /* instructions of arithmetic but divisions and roots; a fused multiply-add is one */
    int flops;      /* additions, products, divisions, roots, maxima; a fused multiply-add is two */
};

struct rule_cost cost_count(int rule, int variant);

#ifdef __cplusplus
}
#endif
