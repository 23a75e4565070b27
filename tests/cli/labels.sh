# A label is just a label, whatever it would mean to a shell, to gnuplot, LaTeX or a browser.
. "$PWD/tests/cli/lib.bash"

cat >hostile.ini <<'END'
[sweep]
epochs = 5
target = gap 0.5
[data a"; system("touch x"); "]
rows = 50
features = 10
sparsity = 0.8
[optimizer `touch y` $(touch z) ';!touch q' % & _ {} \]
kind = adam
eta0 = 0.1, 1
[optimizer <script>alert(1)</script>]
kind = sgd
eta0 = 0.1, 1
[optimizer ../../up]
kind = sgd
eta0 = 0.2
END
expect 0 '^5 runs' --grid hostile.ini --out hostile --quiet
for file in x y z q; do
    [ -z "$(find . -name "$file")" ] || fail "a label was run: it made the file $file"
done
[ -z "$(find . -name 'up*')" ] || fail 'a label became a path'
grep -q '<script>alert(1)' hostile/report.html && fail 'a label is a script in report.html'
grep -q 'touch y.*\\\$(touch z).*\\% \\& \\_ \\{\\}' hostile/summary.tex || fail "summary.tex: $(grep touch hostile/summary.tex)"
grep -q '^[0-9a-f]*,"\?`touch y` $(touch z)' hostile/runs.csv || fail "runs.csv: $(head -3 hostile/runs.csv)"
finish
