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
[optimizer =HYPERLINK("http://x";"y")]
kind = sgd
eta0 = 0.3
[optimizer " onmouseover="alert(2)]
kind = sgd
eta0 = 0.4
[schedule &lt;&#60;'"\$(touch s)]
kind = inverse
rate = 0.01, 0.1
[figure $(touch f)';!touch f;']
kind = schedules
END
expect 0 '^14 runs' --grid hostile.ini --out hostile --quiet
for file in x y z q s f; do
    [ -z "$(find . -name "$file")" ] || fail "a label was run: it made the file $file"
done
[ -z "$(find . -name 'up*')" ] || fail 'a label became a path'
grep -q '<script>alert(1)' hostile/report.html && fail 'a label is a script in report.html'
grep -q 'touch y.*\\\$(touch z).*\\% \\& \\_ \\{\\}' hostile/summary.tex || fail "summary.tex: $(grep touch hostile/summary.tex)"
grep -q '^[0-9a-f]*,"\?`touch y` $(touch z)' hostile/runs.csv || fail "runs.csv: $(head -3 hostile/runs.csv)"
# In the page no label is an element, an attribute or an entity; in pictures none is markup.
sed "s/src='[^']*'//g" hostile/report.html | grep -q "onmouseover=[\"']" && fail 'a label is an attribute in report.html'
grep -q '&amp;lt;&amp;#60;' hostile/report.html || fail 'a label that looks like an entity is one in report.html'
for picture in hostile/plots/*.svg; do
    [ -e "$picture" ] || break # no gnuplot
    grep -qE '<script>alert|<[^>]* onmouseover=' "$picture" && fail "a label is markup in $picture"
done
# A spreadsheet takes what begins with = for a formula, so the field is text: quotes doubled, the label itself unchanged.
grep -q '^[0-9a-f]*,"=HYPERLINK(""http://x"";""y"")"' hostile/runs.csv || fail "runs.csv: $(grep HYPER hostile/runs.csv)"
finish
