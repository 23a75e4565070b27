# Shards, in folders of their own or in one, are the whole sweep, byte for byte; merge joins and verify proves them.
. "$PWD/tests/cli/lib.bash"

cat >grid.ini <<'END'
[sweep]
epochs = 20
seeds = 1..3
batch = full, 32
target = gap 0.1
[data text]
rows = 200
features = 60
sparsity = 0.8, 0.9, 0.95
test = 0.2
[data soft]
rows = 100
features = 30
sparsity = 0.8
labels = soft
[optimizer adam]
eta0 = logspace(1e-4, 1, 9)
[optimizer sgd]
eta0 = logspace(1e-4, 1, 9)
END
files='runs.csv curves.csv cells.csv data.csv bands.csv summary.csv summary.md summary.tex'
same() { # DIR WHAT
    for file in $files; do
        cmp -s "whole/$file" "$1/$file" || fail "$file: $2 is not the whole"
    done
}
expect 0 '^432 runs, 432 computed now' --grid grid.ini --out whole --no-plots --quiet

for i in 1 2 3; do
    expect 0 'runs are left to other shards' --grid grid.ini --out s$i --shard $i/3 --no-plots --quiet
    [ ! -e s$i/runs.csv ] || fail "shard $i wrote tables of a part"
done
[ "$(for i in 1 2 3; do "$MEDDLE" s$i sql 'SELECT id FROM run'; done | sort | uniq -d | wc -l)" -eq 0 ] ||
    fail 'some run is in two shards'
# Twelve data sets, and no more than two of them are cut by a border.
[ "$(for i in 1 2 3; do "$MEDDLE" s$i sql 'SELECT fingerprint FROM data'; done | wc -l)" -le 14 ] ||
    fail 'shards make the same data sets'
expect 0 '432 runs in the grid, 0 of them missing: merged' merge merged s1 s2 s3 --no-plots
same merged 'three shards merged'
expect 0 's2: 0 runs added, ' merge merged s2 --no-plots
same merged 'a shard merged twice'
expect 0 'runs in the grid, [0-9]+ of them missing' merge part s1 --no-plots
expect 0 '0 of them missing' merge part s3 s2 --no-plots --quiet
same part 'shards merged one after the other'

# All in one folder, at once; the last to end makes the tables.
for i in 1 2 3; do
    "$bench" --grid grid.ini --out one --shard $i/3 --no-plots --quiet >log$i 2>&1 &
done
wait
same one 'shards in one folder'
[ ! -e one/sweep.lock ] || fail 'the lock is left'
expect 0 ', 0 computed now' --grid grid.ini --out one --shard 2/3 --no-plots --quiet

# More shards than packs: some have nothing to do.
for i in 1 9 17 200; do
    expect 0 ' 0 failures' --grid grid.ini --out many$i --shard $i/200 --no-plots --quiet
done
for wrong in 0/3 4/3 1 1/0 a/b 1/3x -1/3; do
    expect 2 'is not I/N' --grid grid.ini --out no --shard $wrong
done
[ ! -e no ] || fail 'a wrong shard left a folder'

# What cannot be merged, and leaves no folder.
ln -s merged link
expect 2 'both what is made and a source' merge merged s1 link
expect 2 'no store here' merge new s1 nowhere
expect 2 'expected the folder to make' merge new
[ ! -e new ] || fail 'a merge that could not be left a folder'
expect 0 'bench merge INTO DIR' merge --help

cp -r s1 foreign
"$MEDDLE" foreign note numerics "$("$MEDDLE" s1 sql "SELECT CAST (text AS TEXT) FROM note WHERE name = 'numerics'")0"
expect 2 'whose numbers may differ: they are not merged' merge part foreign
same part 'a merge that was refused'
sed 's/^seeds.*/seeds = 4/' grid.ini >fourth.ini
expect 0 ', 0 failures' --grid fourth.ini --out fourth --no-plots --quiet
expect 0 'fourth is of another grid: its runs are kept' merge part fourth --no-plots
same part 'a merge with another grid'
expect 0 '^144 runs, 0 computed now' --grid fourth.ini --out part --no-plots --quiet

# Proof: checksums of all rows, a sample again; with other instructions and another number of threads too.
expect 0 'every checksum holds' verify merged --sample 20%
expect 0 '87 of 432 runs computed again .*: 87 equal to the bit, 0 not' verify merged --sample 20% --isa scalar --threads 1
expect 0 '^5 of 432 runs computed again \(--seed 7, ' verify one --seed 7
expect 2 'is not a share of the runs' verify merged --sample 20
expect 2 'expected a results folder' verify
expect 0 'bench verify DIR' verify --help

# A damaged row is found whatever the sample; a wrong number under a right checksum is found by computing it again.
cp -r merged damaged
"$MEDDLE" damaged sql 'UPDATE run SET weights_hash = weights_hash + 1 WHERE id = (SELECT max(id) FROM run)'
expect 1 'run [0-9a-f]{16} is damaged' verify damaged --sample 0%
expect 2 'is damaged' merge new s1 damaged
[ ! -e new ] || fail 'a damaged source was found too late'
cp -r merged swapped
"$MEDDLE" swapped sql 'CREATE TEMP TABLE t AS SELECT * FROM run WHERE id = (SELECT min(id) FROM run);
    DELETE FROM run WHERE id IN (SELECT id FROM t); UPDATE t SET id = id + 1; INSERT INTO run SELECT * FROM t'
expect 1 'is damaged' verify swapped --sample 0%
finish
