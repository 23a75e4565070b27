# bench explain: a step of a run, found by the first digits of its id, with the numbers of the lecture.
sweeps=$PWD/sweeps
. "$PWD/tests/cli/lib.bash"
cat >toy.ini <<'END'
[sweep]
epochs = 5
[data toy]
kind = lecture
[model]
loss = squared
reduction = sum
start = -2:-2
[optimizer adagrad]
eta0 = 0.1
[optimizer amsgrad]
[optimizer linesearch]
[optimizer nag]
form = lookahead
[trace]
features = 1, bias
runs = all
END
expect 0 '' --grid toy.ini --out toy --no-plots --quiet
id() { awk -F, -v o="$1" '$2 == o { print $1; exit }' toy/runs.csv; }
# AdaGrad's first rates: 0.1 / sqrt(0.019) = 0.7255 of w, 0.1 / 9.19 = 0.0109 of b.
expect 0 '= 0\.1 / \(sqrt\(0\.0189998' explain --grid toy.ini --run "$(id adagrad)" --step 1
expect 0 '^    = 0\.72547827' explain --grid toy.ini --run "$(id adagrad | cut -c 1-6)" --step 1
expect 0 '^    = 0\.01088138' explain --grid toy.ini --run "$(id adagrad)" --step 1 --parameter bias
# What it says of w after each step is what the trace says of w before the next.
for optimizer in adagrad amsgrad linesearch nag; do
    after=$("$bench" explain --grid toy.ini --run "$(id $optimizer)" --step 3 | sed -n 's/.*as trained in f32: w = \([^,]*\).*/\1/p')
    next=$(awk -F, -v r="$(id $optimizer)" '$1 == r && $2 == 4 { print $5 }' toy/trace.csv)
    awk -v a="$after" -v b="$next" 'BEGIN { d = a - b; exit !(a != "" && b != "" && d < 1e-8 && d > -1e-8) }' ||
        fail "$optimizer: w after step 3 is $after, the trace says $next"
done
expect 2 'no run of the grid' explain --grid toy.ini --run zz --step 1
# Of seventeen ids two begin with the same digit.
sed 's/^eta0 = 0.1/eta0 = logspace(0.01, 1, 17)/' toy.ini >many.ini
expect 0 '' --grid many.ini --out many --no-plots --quiet
digit=$(tail -n +2 many/runs.csv | cut -c 1 | sort | uniq -d | head -1)
expect 2 'several runs begin so' explain --grid many.ini --run "$digit" --step 1
expect 2 'the run ends after step 5' explain --grid toy.ini --run "$(id nag)" --step 6
expect 2 'a feature from 1 to 1' explain --grid toy.ini --run "$(id nag)" --step 1 --parameter 2
expect 2 '--run ID and --step T are needed' explain --grid toy.ini
expect 0 'one step of one parameter' explain --help
# The example that it gives.
read -r -a example < <("$bench" explain 2>&1 | sed -n 's/.*as in: bench //p')
expect 0 'before the step' "${example[@]/#sweeps/$sweeps}"
finish
