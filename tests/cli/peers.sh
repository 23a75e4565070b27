# scripts/compare-peers on tiny data, with those peers that Debian's Python has: all reach the losses of the program.
/usr/bin/python3 -c 'import scipy' 2>/dev/null || { echo 'skipped: python3-scipy is not installed'; exit 77; }
. "$PWD/tests/cli/lib.bash"
compare=$OLDPWD/scripts/compare-peers

run() { "$compare" --no-install --bench "$bench" --per-row 10 --rounds 1 --steps 5 --out out "$@" 2>log || fail "$*: exit code $?: $(tail -n 5 log)"; }
run --sizes 500x300 >table
grep -q '^  here  *[0-9]' table || fail "the program is missing: $(cat table)"
[ "$(grep -c '^  SciPy .* at once .* [0-9.]* x  *[0-9.]*e-[0-9]*$' table)" = 2 ] || fail "SciPy is not compared: $(cat table)"
cmp -s table out/peers.txt || fail 'peers.txt is not what was printed'
if command -v gnuplot >/dev/null; then [ -s out/peers.svg ] && [ -s out/peers.png ] || fail 'no pictures'; fi
# Sizes of other calls stay; one measured again takes the place of the earlier.
run --sizes 400x500 500x300 --only scipy >table
[ "$(grep -c '^  here ' table)" = 2 ] && [ "$(grep -c '^500,300,' out/peers.csv)" = 4 ] || fail "two sizes: $(cat table)"

# A peer that trains something else is noticed.
cp -r "$OLDPWD/scripts/peers" .
sed -i 's/^\(BETA1, BETA2, EPSILON = .*\)1e-8$/\11/' peers/peer.py
env OMP_NUM_THREADS=1 /usr/bin/python3 peers/compare.py --bench "$bench" --sizes 500x300 --per-row 10 --rounds 1 --steps 5 \
    --only scipy --out other >/dev/null 2>log
[ $? = 1 ] && grep -q 'its losses differ' log || fail "another epsilon is not noticed: $(tail -n 3 log)"
"$compare" --no-install --sizes 500 >/dev/null 2>log
[ $? = 2 ] && grep -q 'expected ROWSxFEATURES' log || fail "a wrong size: $(tail -n 3 log)"
"$compare" --no-install --rounds 0 >/dev/null 2>log
[ $? = 2 ] && grep -q "'0': expected a whole number" log || fail "no rounds: $(tail -n 3 log)"
finish
