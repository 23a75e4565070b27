# Lists are whole markdown tables, made from the program's own tables; the shipped grid uses every rule and schedule in them.
. "$PWD/tests/cli/lib.bash"
sweeps=$OLDPWD/sweeps

for list in rules schedules keys isa; do
    "$bench" list $list >table || fail "bench list $list: exit code $?"
    head -1 table | grep -q '^| .* |$' || fail "bench list $list does not begin with a row of heads"
    # Escaped bars are text; every row has as many others as the first.
    sed 's/\\|//g' table | awk -F'|' 'NR == 1 { n = NF } NF != n { exit 1 }' || fail "bench list $list: rows differ in length"
done
expect 0 '^\| `adam` \| m = b1 m .*\| `eta0` \(0.001\), .*\| Kingma and Ba 2015 \|$' list rules
expect 0 '^\| `cosine` \| .*`period` \(needed\), `floor` \(0\), `growth` \(1\), `unit` \(steps\)' list schedules
expect 0 '^\| `sweep` \| `seeds` \|.*\| 1 \| yes \|' list keys
expect 0 '^\| `data` \| `path` \| libsvm \| text \| needed \|' list keys
expect 0 '^\| `scalar` \| yes' list isa
expect 0 'Schedules: kinds of \[schedule\]' list
expect 0 'bench list' list --help
expect 0 'list \[NAME\] +rules, schedules, keys, functions' --help
expect 2 "'rule' is not a list: expected rules, .*did you mean 'rules'" list rule
expect 2 'one too many' list rules keys

kinds() { sed -n 's/^| `\([a-z]*\)`.*/\1/p' <("$bench" list "$1"); }
expect 0 '^416 runs, 400 computed now, 0 failures' --grid "$sweeps/all-rules.ini" --out all --no-plots --quiet
for rule in $(kinds rules); do
    cut -d, -f3 all/runs.csv | grep -qx "$rule" || fail "sweeps/all-rules.ini has no $rule"
done
for schedule in $(kinds schedules); do
    grep -qE "^(\[schedule $schedule\]|kind = $schedule\$)" "$sweeps/all-rules.ini" || fail "sweeps/all-rules.ini has no $schedule"
done
! grep -qE ',(nan|inf),' all/runs.csv || fail 'something in sweeps/all-rules.ini blew up'
finish
