# Surfaces through the whole program: plan, threads, shards, interruption, verify, tables, pictures and words.
. "$PWD/tests/cli/lib.bash"
cat >grid.ini <<'END'
[sweep]
seeds = 1..3
epochs = 120
batch = full, 32
[data saddle]
kind = surface
function = saddle
start = -2:0.0001, 1:0.5
[data others]
kind = surface
function = beale, rosenbrock, himmelblau
noise = 0, 0.05
start = 0.5:0.5
[data rows]
rows = 100
features = 20
sparsity = 0.8
[model]
l2 = 0, 0.1
[optimizer sgd]
batch = full
eta0 = logspace(1e-4, 1, 9)
[optimizer nag]
batch = full
form = rewritten, lookahead
[optimizer linesearch]
batch = full
[optimizer adam]
data = rows
eta0 = 0.1
[optimizer adadelta]
data = saddle
batch = full
[schedule constant]
optimizers = sgd
[schedule exponential]
optimizers = sgd
rate = 0.01
[trace]
features = 1, bias
[figure paths]
kind = contour
data = saddle, others
END
expect 0 'runs, .* 0 failures' --grid grid.ini --out whole --quiet --threads 2
for file in runs curves data cells trace; do
    head -1 whole/$file.csv | tr , '\n' | sort | uniq -d | grep . && fail "$file.csv has a column twice"
done
# Seeds change nothing without noise; loss, reduction and l2 do not apply.
column() { head -1 whole/runs.csv | tr , '\n' | grep -nx "$1" | cut -d: -f1; }
ids() { awk -F, -v d="$1" -v f="$(column function)" -v n="$(column noise)" -v noise="$2" '$5 == d && $n == noise { print $1 }' whole/runs.csv; }
[ "$(ids saddle 0 | sort -u | wc -l)" -eq $(($(ids saddle 0 | wc -l) / 3)) ] || fail 'seeds tell runs without noise apart'
[ "$(ids others 0.05 | sort -u | wc -l)" -eq "$(ids others 0.05 | wc -l)" ] || fail 'seeds do not tell runs with noise apart'
awk -F, -v l="$(column l2)" -v r="$(column reduction)" '$5 ~ /saddle|others/ && $8 $l $r != "" { exit 1 }' whole/runs.csv || fail 'a surface has a loss of rows'
[ "$(awk -F, 'NR > 1 && $2 == "surface" { print $26 }' whole/data.csv | sort -u)" = '' ] || fail 'a surface has frequencies'
grep -qE '^saddle,surface,1,saddle,.*,0\.25,0,0,0,0,' whole/data.csv || fail 'data.csv: L* of a surface is 0'
[ -s whole/plots/paths-saddle-w0--2-b0-1e-04.png ] || ! command -v gnuplot >/dev/null || fail 'no contours are drawn'
# A cross at each minimum in the window: the saddle's path goes to one of two.
grep -qE '^0 -?1$' whole/plots/paths-saddle-w0--2-b0-1e-04.dat && grep -q "'minim[ua]" whole/plots/paths-saddle-w0--2-b0-1e-04.gp ||
    fail 'the minimum is not marked'

# Whatever computes them, whenever and however often interrupted.
expect 0 'scalar' --grid grid.ini --out scalar --quiet --threads 1 --isa scalar --no-plots
for i in 1 2; do expect 0 '' --grid grid.ini --out half$i --shard $i/2 --quiet --no-plots; done
expect 0 '' merge joined half1 half2
expect 0 '' --grid grid.ini --out joined --quiet --no-plots
expect 0 '' --grid grid.ini --out later --quiet --no-plots --filter 'sgd'
expect 0 '' --grid grid.ini --out later --quiet --no-plots
for other in scalar joined later; do
    for file in runs.csv curves.csv trace.csv data.csv; do
        cmp -s whole/$file $other/$file || fail "$file: $other is not whole"
    done
done
expect 0 ' 0 not$' verify whole --sample 100% --quiet

# stop = target ends a run, at L* + gap.
sed 's/^epochs.*/epochs = 120\nstop = target\ntarget = gap 0.1/' grid.ini >stop.ini
expect 0 '' --grid stop.ini --out stop --quiet --no-plots
awk -F, -v s="$(column steps)" -v t="$(column steps_to_target)" '$5 == "saddle" && $t != "" && $t != $s { exit 1 }' stop/runs.csv || fail 'a run went on past its target'

# Words.
run=$(awk -F, '$5 == "saddle" && $2 == "sgd" { print $1; exit }' whole/runs.csv)
expect 0 'before the step: w = -2, g = -2$' explain --grid grid.ini --run "$run" --step 1
expect 0 'before the step: w = 1e-04, g = -1e-04|before the step: w = 9\.99999' explain --grid grid.ini --run "$run" --step 1 --parameter bias
expect 0 'minima +0 at \(w, b\) = \(3, 0\.5\)' data --grid grid.ini
expect 2 'data set 1 of the grid is the surface saddle, which has no rows to write' data --grid grid.ini --export x.svm
[ ! -e x.svm ] || fail 'something was exported'
expect 0 '^\| `rosenbrock` \| \(1 - w\)' list functions
for list in rules schedules keys functions isa; do
    expect 0 "list \[NAME\] .*\b$list\b" --help
done
expect 0 '' --grid grid.ini --dry-run
finish
