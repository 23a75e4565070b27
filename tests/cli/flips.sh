# One flipped bit in any stored number is found, whatever the sample: a random bit of a random row in each column of each
# table in turn, put there through SQL, and bits of the file itself. `bench verify` fails and names the row.
. "$PWD/tests/cli/lib.bash"
RANDOM=${FLIP_SEED:=$RANDOM} # FLIP_SEED=N repeats a failure
cat >grid.ini <<'END'
[sweep]
epochs = 4
batch = full, 10
[data d]
rows = 60
features = 20
sparsity = 0.8
test = 0.2
[data toy]
kind = lecture
[optimizer adam]
eta0 = logspace(1e-3, 1, 10)
[optimizer sgd]
eta0 = logspace(1e-3, 1, 10)
[trace]
features = 1, bias
runs = all
END
echo '1 1:1 2:0.5' >data.svm
expect 0 '^80 runs' --grid grid.ini --out whole --no-plots --quiet
# What an ordinary sweep leaves empty.
"$MEDDLE" whole failure 7 'out of memory'
"$MEDDLE" whole file 'path data.svm' 00112233445566778899aabbccddeeff
expect 0 'every checksum holds' verify whole --sample 1%

sql() { "$MEDDLE" "$1" sql "$2"; }
# found NAME WHAT: in folder `flipped`.
found() {
    local code
    "$bench" verify flipped --sample 1% --quiet >out 2>err
    code=$?
    [ $code -eq 1 ] && LC_ALL=C grep -qa "$1 is damaged" err ||
        fail "FLIP_SEED=$FLIP_SEED: $2: exit code $code: $(head -c 300 err)"
}
columns=0
mkdir flipped
while IFS=, read -r table column key; do
    cp whole/sweep.db flipped/
    rowid=$(sql whole "SELECT rowid FROM $table WHERE length($column) > 0 ORDER BY random() LIMIT 1")
    [ -n "$rowid" ] || continue # empty in every row: there is no number to flip
    where="WHERE rowid = $rowid" bit=$RANDOM
    name=$(sql whole "SELECT CASE typeof($key) WHEN 'integer' THEN '$table ' || printf('%016x', $key)
        ELSE '$table ''' || $key || '''' END FROM $table $where")
    [ "$column" = "$key" ] && name="$table .*" # the name itself is what is flipped
    "$MEDDLE" flipped flip "$table" "$column" "$rowid" "$bit" || fail "cannot flip $table.$column"
    found "$name" "bit $bit of $table.$column, rowid $rowid"
    columns=$((columns + 1))
done < <(sql whole "SELECT m.name, c.name, (SELECT name FROM pragma_table_info(m.name) WHERE cid = 0)
    FROM sqlite_master AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table'")
[ $columns -ge 45 ] || fail "only $columns columns have numbers"

# In the file: where the eight bytes of a run's weights stand.
bytes=$(od -An -v -tx1 whole/sweep.db | tr -d ' \n')
for i in 1 2 3 4 5; do
    cp whole/sweep.db flipped/
    IFS=, read -r id hash < <(sql whole "SELECT printf('%016x', id), printf('%016x', weights_hash) FROM run ORDER BY random() LIMIT 1")
    at=$(grep -ob "$hash" <<<"$bytes" | awk -F: '$1 % 2 == 0 { print $1 / 2; exit }')
    [ -n "$at" ] || { fail "the weights of run $id are not in the file"; continue; }
    at=$((at + RANDOM % 8))
    byte=$(od -An -tu1 -j $at -N1 flipped/sweep.db)
    printf "\\x$(printf %02x $((byte ^ 1 << RANDOM % 8)))" |
        dd of=flipped/sweep.db bs=1 seek=$at conv=notrunc status=none
    found "run $id" "byte $at of the file"
done
echo "$columns columns"
finish
