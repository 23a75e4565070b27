# A results folder is rebuilt from its store alone, and compared with another.
. "$PWD/tests/cli/lib.bash"

printf '+1 1:1\n-1 2:1\n+1 1:1 2:1\n-1 3:1\n+1 1:1 3:1\n' >small.svm
cat >small.ini <<'EOF'
[sweep]
epochs = 30
target = ratio 0.9
seeds = 1, 2
[data drawn]
kind = synthetic
rows = 100
features = 20
sparsity = 0.8, 0.9
[data read]
kind = libsvm
path = small.svm
[optimizer sgd]
eta0 = 0.1, 1, 10
[optimizer adagrad]
eta0 = 0.1, 1
EOF
expect 0 '45 runs, ' --grid small.ini --out a --quiet --no-plots --seeds 1..3
files="runs.csv curves.csv cells.csv data.csv bands.csv summary.csv summary.md summary.tex report.html"
mkdir before && cp a/* before
rm small.svm small.ini
(cd a && rm $files)
expect 0 '45 runs, tables made again' report a --no-plots
for file in $files; do
    cmp -s "a/$file" "before/$file" || fail "$file is not the same when it is made again"
done
cp -r a b
expect 0 'no regression' compare a b
expect 2 'expected two results folders' compare a
expect 2 'there is no store here' compare a nowhere
expect 2 'there is no store here' report nowhere
expect 2 'expected a results folder' report
expect 0 'no-plots' report --help
expect 0 '--speed' compare --help
finish
