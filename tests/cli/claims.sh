# Claims in a grid: verdicts in expectations.md and report.html, exit code 1 when one is not the outcome expected, 2 when it
# cannot be read, and then nothing is written.
sweeps=$PWD/sweeps
. "$PWD/tests/cli/lib.bash"

grid() { # claim, outcome
    cat <<END
[sweep]
epochs = 30
target = ratio 0.9
seeds = 1..3
[data drawn]
rows = 100
features = 20
sparsity = 0.8
[optimizer slow]
kind = sgd
eta0 = 1e-6
[optimizer fast]
kind = sgd
eta0 = 1, 10
[expect slow-never-arrives]
claim = $1
outcome = $2
END
}

grid 'steps(fast) < steps(slow)' held >good.ini
expect 0 '9 runs, ' --grid good.ini --out good --quiet --no-plots
grep -q '| slow-never-arrives | steps(fast) .*< steps(slow) | held *| held ' good/expectations.md || fail "expectations.md says: $(cat good/expectations.md)"
grep -q '3 of 3 seeds' good/expectations.md || fail 'expectations.md does not say on how many seeds it holds'
grep -q 'slow-never-arrives' good/report.html || fail 'report.html does not hold the claim'
expect 0 '9 runs, ' report good --no-plots

grid 'steps(fast) < steps(slow)' failed >bad.ini
expect 1 'slow-never-arrives.: held, but failed was expected: steps.fast. < steps.slow. .left [0-9.]+, right inf' --grid bad.ini --out bad --quiet --no-plots
expect 1 'held, but failed was expected' report bad --no-plots
expect 1 'held, but failed was expected' --grid bad.ini --out bad --quiet --no-plots
# What was left out of a sweep decides nothing.
expect 0 '3 runs, ' --grid bad.ini --out part --quiet --no-plots --filter '^slow/'
grep -q 'of its runs are not in the store' part/expectations.md || fail "expectations.md says: $(cat part/expectations.md)"

grid 'steps(fats) < steps(slow)' held >wrong.ini
expect 2 "wrong.ini:16: claim, column 7: 'fats' is not the label of an .optimizer.: expected slow, fast; did you mean 'fast'" --grid wrong.ini --out wrong
[ ! -e wrong ] || fail 'something was written for a claim that cannot be read'

# The claims of the lecture's toy set come out as shipped.
expect 0 '0 failures' --grid "$sweeps/claims-toy.ini" --out toy --quiet --no-plots
expect 0 '0 failures' --grid "$sweeps/claims-traces.ini" --out traces --quiet --no-plots
for name in surfaces rows pauses; do
    expect 0 '0 failures' --grid "$sweeps/claims-$name.ini" --out $name --quiet --no-plots
done
# docs/results.md shows what came out: each row begins as its table's first column has it.
for name in toy traces surfaces rows pauses; do
    "$sweeps/../scripts/claims-table" $name | sed 1,2d >rows
    [ -s rows ] || fail "claims-table prints nothing of $name"
    while IFS= read -r row; do
        grep -qF -- "$row" "$sweeps/../docs/results.md" || fail "docs/results.md does not say: $row"
    done <rows
done
grep -q '| rmsprop does not oscillate at 0.05 .*| failed ' traces/expectations.md || fail "expectations.md says: $(cat traces/expectations.md)"
finish
