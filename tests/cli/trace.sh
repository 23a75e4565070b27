# [trace]: trajectories beside a sweep whose every other byte stays the same, from any number of threads and any instruction set.
. "$PWD/tests/cli/lib.bash"

sweep='[sweep]
epochs = 6
seeds = 1, 2
batch = full, 16
[data toy]
kind = lecture
sparsity = 0.8, 0.5
[data text]
rows = 200
features = 30
sparsity = 0.9
[optimizer adam]
eta0 = 0.01, 0.1
[optimizer rmsprop]
eta0 = 0.01, 0.1
'
echo "$sweep" >plain.ini
printf '%s[trace]\nfeatures = 1, 7, bias\n' "$sweep" >best.ini
printf '%s[trace]\nfeatures = 1, 7, bias\nruns = all\n' "$sweep" >all.ini
printf '%s[trace]\nfeatures = 1, 7, bias\nruns = rmsprop\n' "$sweep" >labels.ini

expect 0 ' 0 failures' --grid plain.ini --out plain --no-plots --quiet
[ ! -e plain/trace.csv ] || fail 'a trace nobody asked for'
for way in best all labels; do
    expect 0 ' 0 failures' --grid $way.ini --out $way --no-plots --quiet --threads 2
    for file in runs.csv curves.csv; do
        cmp -s plain/$file $way/$file || fail "runs = $way changes $file"
    done
    expect 0 ' equal to the bit, 0 not' verify $way --sample 100% --quiet --isa scalar
done

# A start at random of which single weights, of rare features, are beyond single precision.
far='[sweep]
epochs = 2
seeds = 1..12
[data text]
rows = 400
features = 3000
sparsity = 0.999
popularity = 1.2
[model]
loss = squared
w0 = normal(1.1e38)
[optimizer sgd]
[optimizer linesearch]
'
echo "$far" >far.ini
printf '%s[trace]\nfeatures = 1\nruns = all\n' "$far" >far_traced.ini
for grid in far far_traced; do
    expect 0 ' 0 failures' --grid $grid.ini --out $grid --no-plots --quiet
done
for file in runs.csv curves.csv; do
    cmp -s far/$file far_traced/$file || fail "a trace changes $file of runs that start beyond single precision"
done

head='run,step,loss,eta,w.1,g.1,m.1,v.1,u.1,rate.1,w.7,g.7,m.7,v.7,u.7,rate.7,w.bias,g.bias,m.bias,v.bias,u.bias,rate.bias'
[ "$(head -1 best/trace.csv)" = "$head" ] || fail 'columns of trace.csv'

# Every run: all of its steps. The best cells, the optimizer by label: a part of the same lines.
[ "$(tail -n +2 all/trace.csv | cut -d, -f1 | sort -u | wc -l)" = "$(tail -n +2 all/runs.csv | cut -d, -f1 | sort -u | wc -l)" ] ||
    fail 'runs = all leaves runs out'
for way in best labels; do
    [ -z "$(grep -vxFf all/trace.csv $way/trace.csv)" ] || fail "runs = $way: other traces than with all"
done
rmsprop=$(grep -c ',rmsprop,' all/runs.csv)
[ "$(tail -n +2 labels/trace.csv | cut -d, -f1 | sort -u | wc -l)" -le "$rmsprop" ] || fail 'runs = rmsprop: too many'

# Asked for later, on another instruction set, in shards: the same bytes.
expect 0 ' 0 computed now' --grid best.ini --out plain --no-plots --quiet --threads 1 --isa scalar
cmp -s plain/trace.csv best/trace.csv || fail 'traces made later differ'
expect 0 'other shards' --grid all.ini --out s1 --shard 1/2 --no-plots --quiet
expect 0 'other shards' --grid all.ini --out s2 --shard 2/2 --no-plots --quiet
expect 0 '' merge joined s1 s2 --no-plots
cmp -s joined/trace.csv all/trace.csv || fail 'traces of shards, merged, are not those of the whole'
# With the best cells a shard traces its own: merge says what is lacking, the grid run once more traces it. The grid is one
# of which a shard's best is not the best of the whole.
cat >parts.ini <<'EOF'
[sweep]
epochs = 6
seeds = 1..3
[data text]
rows = 60
features = 20
sparsity = 0.8
[optimizer adam]
eta0 = logspace(0.001, 1, 7)
[optimizer momentum]
eta0 = logspace(0.001, 1, 7)
[optimizer rmsprop]
eta0 = logspace(0.001, 1, 7)
[trace]
features = 1, bias
EOF
expect 0 '' --grid parts.ini --out undivided --no-plots --quiet
for i in 1 2 3; do expect 0 '' --grid parts.ini --out b$i --shard $i/3 --no-plots --quiet; done
expect 0 'that are lacking: [1-9][0-9]*; the grid run once more with --out parts makes them' merge parts b1 b2 b3 --no-plots
cmp -s parts/trace.csv undivided/trace.csv && fail 'no trace is lacking after the merge: another grid is needed here'
expect 0 ' 0 computed now' --grid parts.ini --out parts --no-plots --quiet
cmp -s parts/trace.csv undivided/trace.csv || fail 'traces of the best, merged and run once more, are not those of the whole'
"$bench" merge parts b1 --no-plots >said || fail "merge where all is there: exit code $?"
grep -q 'lacking' said && fail 'merge asks for traces that are there'
cp best/trace.csv kept
rm best/trace.csv
expect 0 '' report best --no-plots
cmp -s best/trace.csv kept || fail 'bench report makes another trace.csv'

# A mini-batch step knows the loss at evaluations only; a feature that is not there has no numbers.
toy=$(awk -F, '$5 == "toy" && $7 == "full" { print $1; exit }' all/runs.csv)
grep -q "^$toy,1,[^,]*,[^,]*,[^,]*,[^,]*,[^,]*,[^,]*,[^,]*,[^,]*,,,,,,,[^,]" all/trace.csv || fail 'feature 7 of one feature'

# What cannot be traced is refused at its line.
refuse() { # PATTERN, the grid on stdin
    cat >bad.ini
    expect 2 "$1" --grid bad.ini --out bad
}
refuse 'bad\.ini:[0-9]*: features: 31: no data set has more than 30' <<<"$sweep"$'[trace]\nfeatures = 31'
refuse "lacks 'features'" <<<"$sweep"$'[trace]\nruns = all'
refuse "'0' is not|0 is out of range" <<<"$sweep"$'[trace]\nfeatures = 0'
refuse "did you mean 'rmsprop'" <<<"$sweep"$'[trace]\nfeatures = 1\nruns = rmsprob'
refuse "did you mean 'trace'" <<<"$sweep"$'[traec]\nfeatures = 1'

# A run beyond all numbers: which NaN a step ends in is no difference.
cat >nan.ini <<'EOF'
[sweep]
epochs = 8
evaluate = 8
[data text]
rows = 60
features = 20
sparsity = 0.8
[optimizer adam]
eta0 = 1e38
[trace]
features = bias
runs = all
EOF
expect 0 '' --grid nan.ini --out nan --no-plots --quiet
id=$(sed -n '2s/,.*//p' nan/runs.csv)
grep -q ',nan' nan/trace.csv || fail 'no step ends in a NaN: another grid is needed here'
cp -r nan signs
[ "$("$MEDDLE" signs nans "$id")" -gt 0 ] || fail 'no NaN has changed its sign'
expect 0 ' 1 equal to the bit, 0 not' verify signs --sample 100% --quiet
expect 0 '' merge one-nan nan signs --no-plots
cmp -s nan/trace.csv one-nan/trace.csv || fail 'merged, NaNs of either sign are another trace'

# A claim about second derivatives: they are recorded besides, and no other byte changes; by any instruction set.
printf '%s[trace]\nfeatures = 1, 7, bias\nruns = all\n[expect steep]\nclaim = corr(rmsprop, data=toy, batch=%s, p=1) < 0\noutcome = %s\n' \
    "$sweep" full held >corr.ini
printf '[expect steep rows]\nclaim = corr(rmsprop, data=text, batch=16, p=bias) < 2\n' >>corr.ini
cp -r all corr
expect 0 ' 0 computed now' --grid corr.ini --out corr --no-plots --quiet --isa scalar
expect 0 ' 0 failures' --grid corr.ini --out corr-new --no-plots --quiet --threads 2
for file in runs.csv curves.csv trace.csv; do cmp -s corr/$file all/$file || fail "corr changes $file"; done
cmp -s corr/expectations.md corr-new/expectations.md || fail 'corr is not the same on another instruction set'
[ "$(grep -c '| held ' corr/expectations.md)" -eq 2 ] || fail "expectations.md says: $(cat corr/expectations.md)"
expect 0 ' equal to the bit, 0 not' verify corr --sample 100% --quiet
finish
