# The main job: the same bytes for any threads and instructions, a second run does only what is missing, a cell alone is
# the same as in the whole grid, a dry run writes nothing.
. "$PWD/tests/cli/lib.bash"

grid() { # eta0 of sgd and adam
    cat <<EOF
[sweep]
name = small
seeds = 1..2
epochs = 20
target = gap 0.3
[data text]
kind = synthetic
rows = 300
features = 40
sparsity = 0.8, 0.9
labels = soft
[optimizer sgd]
eta0 = $1
[optimizer adam]
eta0 = $1
EOF
}
grid 'logspace(1e-3, 1, 13)' >grid.ini
grid 0.001 >cell.ini

expect 0 '104 runs on 4 data sets, 104 of them to compute' --grid grid.ini --dry-run
[ ! -e results ] || fail 'a dry run wrote results'

expect 0 '^104 runs, 104 computed now, 0 failures, [0-9.]+ s, [0-9.]+ million non-zeros x runs a second per thread' \
    --grid grid.ini --no-plots --quiet --threads 1
expect 0 '^104 runs, 0 computed now, 0 failures' --grid grid.ini --no-plots
expect 0 '104 runs on 4 data sets, 0 of them to compute' --grid grid.ini --dry-run
expect 0 'tables and pictures not counted$' --grid grid.ini --dry-run # no share of no work
for file in sweep.db runs.csv curves.csv summary.md report.html; do
    [ -s "results/small/$file" ] || fail "$file was not written"
done
[ "$(wc -l <results/small/runs.csv)" -eq 105 ] || fail 'runs.csv has not a row a run'

for isa in scalar avx2 avx512; do
    for threads in 2 3; do
        if "$bench" --grid grid.ini --out "$isa$threads" --isa "$isa" --threads "$threads" --no-plots --quiet >out 2>&1; then
            for file in runs.csv curves.csv; do
                cmp -s "results/small/$file" "$isa$threads/$file" || fail "$file differs with $isa, $threads threads"
            done
        elif grep -q 'this CPU cannot run it' out; then
            echo "SKIPPED: $isa"
        else
            fail "$isa, $threads threads: $(cat out)"
        fi
    done
done

# Packs whose runs end early are repacked where a thread has several side by side, and not where threads are many.
grid 'logspace(1e-3, 10, 40)' | sed 's/^epochs.*/epochs = 20\nstop = target\nbatch = full, 64/' >stop.ini
expect 0 '^640 runs, 640 computed now' --grid stop.ini --out stop --no-plots --threads 1
expect 0 '^640 runs, 640 computed now' --grid stop.ini --out stop16 --no-plots --threads 16
for file in runs.csv curves.csv; do
    cmp -s "stop/$file" "stop16/$file" || fail "$file differs where packs are repacked"
done
expect 0 '640 equal to the bit, 0 not' verify stop --sample 100% --isa scalar

# A grid of one cell each: its rows are rows of the whole.
expect 0 '8 runs, 8 computed now' --grid cell.ini --out cell --no-plots
while IFS= read -r row; do
    grep -qxF -- "$row" results/small/runs.csv || fail "alone it is another row: $row"
done <cell/runs.csv

# What one grid left in a folder serves another; seeds are replaced; --fresh forgets.
expect 0 '8 runs, 4 computed now' --grid cell.ini --seeds 2..3 --out cell --no-plots
expect 0 '8 runs, 8 computed now' --grid cell.ini --out cell --no-plots --fresh

# What does not fit in memory is refused with the numbers before anything is written, unless told otherwise.
sed 's/^rows = .*/rows = 300, 4000000000/; s/^features = .*/features = 2000/; s/sparsity = .*/sparsity = 0.5/' \
    cell.ini >big.ini
expect 2 '4,000,000,000 rows and 2,000 features need about [0-9.]+ TiB .* are available .*--memory SIZE' \
    --grid big.ini --out big --no-plots
expect 2 '20 KiB are available' --grid cell.ini --memory 20K --out big --no-plots
[ ! -e big ] || fail 'a sweep that does not fit left a folder'
expect 2 "'12Q' is not a number of bytes" --grid cell.ini --memory 12Q --out big --no-plots
expect 0 '^8 runs, 8 computed now' --grid cell.ini --memory 64G --out big --no-plots

# Many short runs take the time to store them.
printf '[sweep]\nepochs = 1\n[data d]\nrows = 10\nfeatures = 5\nsparsity = 0.5\n[optimizer sgd]\neta0 = linspace(0.1, 1, 100000)\n' >many.ini
expect 0 '^time    about [0-9]+ s on 1 thread ' --grid many.ini --threads 1 --dry-run

# What one pack takes, no number of threads shortens: it is one thread's.
printf '[sweep]\nepochs = 100000\n[data d]\nrows = 2000\nfeatures = 500\nsparsity = 0.9\n[optimizer sgd]\n' >one.ini
for threads in 1 64; do
    "$bench" --grid one.ini --threads $threads --dry-run | sed -n 's/^time *about \([0-9]*\) s .*/\1/p' >one$threads
done
[ "$(cat one64)" -gt $(($(cat one1) / 4)) ] || fail "a pack takes $(cat one1) s, on 64 threads $(cat one64) s"

# Small data sets are in memory together, their packs longest first: each counts once, foreseen as well as taken.
cat >together.ini <<'EOF'
[sweep]
epochs = 1
[data text]
rows = 20000, 20100, 20200, 20300
features = 20000
sparsity = 0.999
[optimizer sgd]
[optimizer adam]
[optimizer momentum]
EOF
"$bench" --grid together.ini --threads 2 --dry-run >log || fail "together: $(cat log)"
"$bench" --grid together.ini --threads 2 --out together --no-plots --quiet --verbose >>log 2>&1 || fail "together: $(cat log)"
awk '/^memory/ { gsub(":", ""); n++; for (i = 2; i <= NF; i++) if ($(i + 1) ~ /^[KMG]iB/) x[n] += $i * ($(i + 1) ~ /^K/ ? 1 : 1024) }
    END { exit !(n == 2 && x[1] > 0.8 * x[2] && x[1] < 1.25 * x[2]) }' <(sed 's/, of .* available//' log) ||
    fail "memory foreseen is not what is taken: $(grep '^memory' log)"

# One part of it: OPTIMIZER/DATA.
expect 0 '^4 runs on ' --grid cell.ini --filter '^sgd/text$' --dry-run
"$bench" --grid cell.ini --filter '^sgd/text$' --dry-run | grep -q '^adam' && fail 'a dry run counts what is filtered out'
expect 0 '^4 runs, 4 computed now' --grid cell.ini --filter '^sgd/text$' --out part --no-plots
[ "$(cut -d, -f2 part/runs.csv | sort -u | tr '\n' ' ')" = 'optimizer sgd ' ] || fail '--filter ran something else'
expect 0 '^4 runs, 4 computed now' --grid cell.ini --filter adam --out part --no-plots
cmp -s part/runs.csv big/runs.csv || fail 'two halves by --filter are not the whole'
expect 2 "'rmsprop' matches no OPTIMIZER/DATA of the grid: sgd/text, adam/text" --grid cell.ini --filter rmsprop --out no
expect 2 'not an extended regular expression' --grid cell.ini --filter '(' --out no
[ ! -e no ] || fail 'a filter that matches nothing left a folder'

# A folder that cannot be made.
: >file
expect 2 'file' --grid cell.ini --out file/below --no-plots
finish
