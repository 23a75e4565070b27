# bench data describes data sets and writes LIBSVM files that train to the same bits when they are read back.
. "$PWD/tests/cli/lib.bash"

grid() { # values labels
    cat <<END
[sweep]
epochs = 5
target = loss 0
batch = full, 16
order = sequential           ; a shuffled one follows from the seed and the data set's fingerprint
seeds = 3
[data made]
rows = 120
features = 50
sparsity = 0.9
test = 0.25
values = $1
labels = $2
[optimizer adam]
[optimizer sgd]
eta0 = 0.1, 1
END
}
outcome() { # the columns that training decides
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } NR > 1 { print $at["optimizer"], $at["batch"], $at["eta0"],
        $at["final_loss"], $at["final_test_loss"], $at["test_error"], $at["weights_hash"] }' "$1/runs.csv"
}
for kind in 'binary bernoulli' 'gaussian soft' 'student3 bernoulli'; do
    # shellcheck disable=SC2086
    grid $kind >made.ini
    expect 0 'features = 50; test_path = out.test.svm' data --grid made.ini --export out.svm
    [ "$(wc -l <out.svm) $(wc -l <out.test.svm)" = '120 30' ] || fail "$kind: rows of the files"
    { sed '/^rows/,/^labels/d' made.ini | sed 's/^\[data made\]/&\nkind = libsvm\npath = out.svm\ntest_path = out.test.svm\nfeatures = 50/'; } >read.ini
    expect 0 ' 0 failures' --grid made.ini --out made --no-plots --quiet --fresh
    expect 0 ' 0 failures' --grid read.ini --out read --no-plots --quiet --fresh
    [ -n "$(outcome made)" ] && [ "$(outcome made)" = "$(outcome read)" ] || fail "$kind: read back it trains otherwise"
    # Written once more it is the same file; its source is spared.
    expect 0 'data set 1 of 1: made' data --grid read.ini --export again.svm
    cmp -s out.svm again.svm && cmp -s out.test.svm again.test.svm || fail "$kind: written again it is another file"
    expect 2 'out.svm is a file that the grid reads' data --grid read.ini --export out.svm
done

# What is said, and what is written, of several.
sed 's/^sparsity = .*/sparsity = 0.8, 0.9/' made.ini >two.ini
expect 0 '^data set 1 of 2: made sparsity=0.8 seed=3' data --grid two.ini
expect 0 '^  rows          120, and 30 held out' data --grid two.ini
expect 0 '^data set 2 of 4: made sparsity=0.8 seed=2' data --grid two.ini --seeds 1,2 --threads 1
[ ! -e results ] || fail 'a description wrote results'
mkdir sub.d
expect 0 'path = sub.d/two-2.svm' data --grid two.ini --export sub.d/two.svm
[ "$(cd sub.d && echo *)" = 'two-1.svm two-1.test.svm two-2.svm two-2.test.svm' ] || fail "files: $(ls sub.d)"
fingerprint=$("$MEDDLE" made sql 'SELECT fingerprint FROM data')
expect 0 "^  fingerprint   $fingerprint" data --grid made.ini
# Where nothing can be written that is said before the data are made: nothing is described yet.
refused() { # path pattern
    "$bench" data --grid made.ini --export "$1" >said 2>why
    [ $? = 2 ] && [ ! -s said ] && grep -qe "$2" why || fail "--export $1: $(cat said why)"
}
refused no/such/x.svm 'no/such/x.svm: cannot write: No such file or directory'
refused sub.d '--export: sub.d is a folder; expected a file'
[ -z "$(find . -name '*.tmp')" ] || fail 'a trial of writing was left'
expect 2 'grid FILE is missing' data
expect 2 'nowhere.ini' data --grid nowhere.ini
expect 0 'export FILE.svm' data --help

# Of very many errors the first hundred are said, and how many more there are.
{ printf '[data d]\nkind = lecture\n[optimizer sgd]\n' && seq -f 'wrong%g = 1' 120; } >wrong.ini
expect 2 '^and 20 more$' data --grid wrong.ini
finish
