# Mini-batches: the same bytes on every ISA and for any number of threads, in every way of treating untouched weights.
. "$PWD/tests/cli/lib.bash"

for updates in exact lazy dense; do
    cat >$updates.ini <<EOF
[sweep]
seeds = 1..2
epochs = 3
evaluate = 0.5
batch = 1, 16, 100, full
sparse_updates = $updates
[data text]
rows = 150
features = 400
sparsity = 0.98
test = 0.2
[model]
l2 = 0, 0.001
[optimizer sgd]
eta0 = logspace(1e-2, 1e9, 5)
[optimizer nag]
form = lookahead
[optimizer adam]
eta0 = logspace(1e-4, 1, 3)
epsilon = 1e-8, 1e-2
[optimizer adamw]
eta0 = 0.01
weight_decay = 0.01, 0.5
[schedule constant]
[schedule cosine]
period = 1
unit = budget
EOF
    expect 0 ', 0 failures' --grid $updates.ini --out $updates --no-plots --quiet --threads 1
    for isa in scalar avx2 avx512; do
        for threads in 1 2 3; do
            if "$bench" --grid $updates.ini --out other --isa "$isa" --threads "$threads" --no-plots --quiet >out 2>&1; then
                for file in runs.csv curves.csv; do
                    cmp -s "$updates/$file" "other/$file" || fail "$file differs: $updates, $isa, $threads threads"
                done
            elif grep -q 'this CPU cannot run it' out; then
                echo "SKIPPED: $isa"
            else
                fail "$updates, $isa, $threads threads: $(cat out)"
            fi
            rm -rf other
        done
    done
done
cmp -s exact/curves.csv lazy/curves.csv && fail 'lazy updates are those of exact'

# What is foreseen, and what evaluations cost, is said.
expect 0 '; [0-9]+% of it evaluations$' --grid exact.ini --dry-run
expect 0 '^dense   steps in [0-9]+ runs: l2 gives every weight a gradient$' --grid exact.ini --dry-run
expect 0 '^dense   steps in [0-9]+ runs: weights decay too fast' --grid exact.ini --dry-run
expect 0 '^dense   steps in [0-9]+ runs: a batch has more than half as many non-zeros' --grid exact.ini --dry-run
"$bench" --grid dense.ini --dry-run | grep '^dense' && fail 'dense steps that were asked for are explained'
expect 0 'evaluations besides the steps 0.[0-9]+ s, set-up and the rest [0-9.]+ s; store [0-9.]+ s$' --grid exact.ini --out other --no-plots --quiet --verbose

# Packs side by side take no more than a quarter of the memory, but one a thread: what the plan foresees, and what is in flight.
cat >wide.ini <<EOF
[sweep]
epochs = 1
batch = 100
[data wide]
rows = 200
features = 50000
sparsity = 0.9999
[optimizer adam]
eta0 = logspace(1e-4, 1, 128)
EOF
for memory in 128 1024; do
    rm -rf other
    "$bench" --grid wide.ini --threads 1 --memory ${memory}M --dry-run >log || fail "$memory MiB: $(cat log)"
    "$bench" --grid wide.ini --threads 1 --memory ${memory}M --out other --no-plots --quiet --verbose >>log 2>&1 ||
        fail "$memory MiB: $(cat log)"
    packs=$((memory == 128 ? 1 : 8)) # some 25 MiB each, data of 2 MiB
    sed -n 's/^memory  *\(at most: .* thread \)\{0,1\}\([0-9]*\) MiB.*/\2/p' log |
        awk -v packs=$packs '$1 < 20 * packs || $1 > 30 * packs { bad = 1 } END { exit bad || NR != 2 }' ||
        fail "$memory MiB: not $packs packs side by side: $(cat log)"
done

# A line search needs every row at every step.
sed 's/^\[optimizer sgd\]/[optimizer linesearch]/' exact.ini >linesearch.ini
expect 2 'linesearch' --grid linesearch.ini --out linesearch --no-plots
[ ! -e linesearch ] || fail 'a bad grid left a folder'
finish
