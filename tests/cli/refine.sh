# The finer grid of bench refine is a grid, of the same size, a third as wide, around the best cells; it needs the store alone.
. "$PWD/tests/cli/lib.bash"

cat >grid.ini <<'EOF'
; Of the first grid: 38 runs.
[sweep]
name = first
epochs = 40
target = gap 0.2            ; a comment
[data text]
rows = 300
features = 40
sparsity = 0.8, 0.9
labels = soft
[optimizer sgd]
eta0 = 0.01, 0.1, 1, 10, 100 ; the third is best, or the one after
[optimizer heavy]
kind = momentum
eta0 = 1
beta = 0, 0.5, 0.75, 0.875
[optimizer adam]
eta0 = 0.1
bias_correction = yes, no
[optimizer linesearch]
candidates = 2, 8, 14
; Of the cosine.
[schedule cosine]
optimizers = sgd
period = 40, 400
; Of a level that the finer grid has not.
[expect level]
claim = steps(sgd, eta0=0.01) > 0
; Of the trace.
[trace]
features = 1
EOF
expect 0 '^38 runs, 38 computed now' --grid grid.ini --out first --no-plots
"$bench" refine first >finer.ini 2>err || fail "bench refine: $(cat err)"
expect 0 '^[0-9]+ runs on 2 data sets, .* of them to compute' --grid finer.ini --dry-run

value() { sed -n "/^\[optimizer $1\]/,/^\[/ s/^$2 = //p" finer.ini; }
# Five step sizes: a third of a decade apart, the best in the middle; ratios of neighbours are 10^(1/3) = 2.15443.
echo "$(value sgd eta0)" | awk -F', ' '
    NF != 5 { exit 1 }
    $3 != 1 && $3 != 10 && $3 != 100 { exit 1 }
    { for (i = 2; i <= NF; i++) if ($i / $(i-1) < 2.154 || $i / $(i-1) > 2.155) exit 1 }' ||
    fail "eta0 of sgd: $(value sgd eta0)"
# 1 - beta halves from one to the next, so it is that which is divided by 2^(1/3); and no beta reaches 1.
echo "$(value heavy beta)" | awk -F', ' '
    NF != 4 || $4 >= 1 || $1 < 0 { exit 1 }
    { for (i = 2; i <= NF; i++) { r = (1 - $(i-1)) / (1 - $i); if (r < 1.2598 || r > 1.2601) exit 1 } }' ||
    fail "beta of heavy: $(value heavy beta)"
[[ $(value adam bias_correction) =~ ^(yes|no)$ ]] || fail "words keep their best: $(value adam bias_correction)"
[ "$(value adam eta0)" = 0.1 ] || fail "a single value stays: $(value adam eta0)"
echo "$(value linesearch candidates)" | grep -qE '^[0-9]+, [0-9]+, [0-9]+$' || fail "integers stay: $(value linesearch candidates)"
grep -q '^target = gap 0.2            ; a comment$' finer.ini || fail 'lines outside [optimizer] change'
grep -q '^sparsity = 0.8, 0.9$' finer.ini || fail 'the data change'
grep -qE '^\[schedule cosine\]$' finer.ini || fail 'the schedule of the best cell is gone'
grep -qE '^; Of (the first|the cosine|a level)|^name|^\[expect' finer.ini && fail 'what is about the first grid alone is still there'
grep -q '^; Of the trace.$' finer.ini || fail 'the comment of a section that stays is gone'
[ "$("$bench" --grid finer.ini --dry-run | grep -oE '^[0-9]+ runs')" = "$((2 * (5 * 2 + 4 + 1 + 3))) runs" ] ||
    fail "the size is another: $("$bench" --grid finer.ini --dry-run | head -1)"

# The best cells are in both grids: they are not computed again.
expect 0 '^36 runs, ([0-9]|[12][0-9]) computed now' --grid finer.ini --out first --no-plots

# Files that the sweep read are not read again, nor is the grid file.
printf '1 1:1 2:1\n0 2:1\n1 1:1\n0 2:0.5 3:1\n' >some.svm
printf '[data x]\nkind = libsvm\npath = some.svm\n[optimizer sgd]\neta0 = 0.1, 1, 10\n[sweep]\nbatch = 2\n' >files.ini
expect 0 '^3 runs' --grid files.ini --out files --no-plots
rm some.svm files.ini
expect 0 '^path = some.svm' refine files

# A schedule that several optimizers want in the same way is one section; in different ways, one for each.
cat >steps.ini <<'EOF'
[sweep]
epochs = 30
[data text]
rows = 200
features = 30
sparsity = 0.9
[optimizer sgd]
eta0 = 0.1, 1
[optimizer adam]
eta0 = 0.01, 0.1
[optimizer adadelta]
[schedule drop]
kind = step
gamma = 0.5
every = 10
EOF
expect 0 '' --grid steps.ini --out steps --no-plots
"$bench" refine steps >finer.ini 2>err || fail "bench refine: $(cat err)"
[ "$(grep -A 1 '^\[schedule' finer.ini)" = $'[schedule drop]\noptimizers = sgd, adam' ] || fail "one schedule: $(cat finer.ini)"
sed -i 's/^every = .*/every = 2, 10, 50/; s/^\[optimizer adam\]/&\nbeta1 = 0/; s/^eta0 = 0.01, 0.1/eta0 = 10/' steps.ini
expect 0 '' --grid steps.ini --out steps --no-plots --fresh
"$bench" refine steps >finer.ini 2>err || fail "bench refine: $(cat err)"
[ "$(grep '^\[schedule' finer.ini)" = $'[schedule drop-1]\n[schedule drop-2]' ] || fail "two schedules: $(cat finer.ini)"
expect 0 '^10 runs, [0-9]+ computed now' --grid finer.ini --out steps --no-plots

# Lengths in steps that are whole stay whole, and no two of a list are the same; in epochs they need not be.
lengths() { # unit, levels -> the finer ones
    printf '%s\n' '[sweep]' 'epochs = 30' '[data text]' 'rows = 200' 'features = 30' 'sparsity = 0.9' '[optimizer sgd]' 'eta0 = 1' \
        '[schedule warmup]' "unit = $1" "steps = $2" >lengths.ini
    expect 0 '' --grid lengths.ini --out lengths --no-plots --fresh >&2
    "$bench" refine lengths | sed -n 's/^steps = //p'
}
[ "$(lengths steps '1, 10, 100, 1000')" = '1, 2, 5, 10' ] || fail "warm-ups of whole steps: $(lengths steps '1, 10, 100, 1000')"
[ "$(lengths epochs '1, 10, 100, 1000')" = '0.464159, 1, 2.15443, 4.64159' ] || fail "warm-ups of epochs: $(lengths epochs '1, 10, 100, 1000')"
[ "$(lengths steps '1.5, 6')" = '1.5, 2.3811' ] || fail "warm-ups of half a step: $(lengths steps '1.5, 6')"

# What cannot be refined.
expect 2 'expected one results folder' refine
expect 2 'expected one results folder' refine first second
expect 2 'no/such' refine no/such
expect 0 'bench refine DIR' refine --help
finish
