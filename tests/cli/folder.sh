# A results folder under bad conditions: taken, full, gone, or made by another version.
. "$PWD/tests/cli/lib.bash"

cat >grid.ini <<'END'
[sweep]
epochs = 500
evaluate = 5
target = loss 0
[data text]
rows = 1000
features = 300
sparsity = 0.9
[optimizer adam]
eta0 = logspace(1e-4, 1e-1, 160)
END
expect 0 '^160 runs' --grid grid.ini --out whole --no-plots --quiet

# start DIR: a sweep at work in the background.
start() {
    "$bench" --grid slow.ini --out "$1" --threads 1 --no-plots --quiet >log 2>&1 &
    pid=$!
    until [ "$("$MEDDLE" "$1" sql 'SELECT count(*) > 0 FROM run' 2>/dev/null)" = 1 ] || ! kill -0 $pid 2>/dev/null; do
        sleep 0.02
    done
}
sed 's/logspace.*/logspace(1e-4, 1e-1, 3200)/' grid.ini >slow.ini

# The second sweep says who has the folder. A lock ends with its holder, however that ends.
start taken
expect 2 "taken: in use by pid $pid on .* since 20[0-9-]+ [0-9:]+ UTC" --grid slow.ini --out taken
expect 2 "in use by pid $pid" --grid slow.ini --out taken --fresh
expect 2 "in use by pid $pid" --grid slow.ini --out taken --shard 1/2
expect 2 "in use by pid $pid" merge taken whole
expect 0 'to compute' --grid slow.ini --out taken --dry-run
expect 0 'tables made again' report taken --no-plots
kill -KILL $pid
wait $pid 2>/dev/null
expect 0 'every checksum holds' verify taken --sample 0%
expect 0 ', 160 computed now' --grid grid.ini --out taken --no-plots --quiet --fresh

# A folder that is deleted under a sweep is noticed, not written into the void.
start gone
rm -rf gone
wait $pid
[ $? -eq 1 ] && grep -q 'moved or deleted' log || fail "the folder was deleted: $(cat log)"

# A full disk: an error that says so; the store stays whole, and the sweep goes on once there is room.
for blocks in 80 150 400; do
    rm -rf full
    (ulimit -f $blocks && exec "$bench" --grid grid.ini --out full --no-plots --quiet) >log 2>&1
    code=$?
    [ $code -eq 1 ] || [ $code -eq 2 ] || fail "full after $blocks blocks: exit code $code: $(cat log)"
    grep -qiE 'full|too large|I/O' log || fail "full after $blocks blocks: $(cat log)"
    expect 0 'every checksum holds' verify full --sample 0%
    expect 0 '^160 runs' --grid grid.ini --out full --no-plots --quiet
    for file in runs.csv curves.csv; do
        cmp -s full/$file whole/$file || fail "$file differs after a full disk"
    done
done

# Something else in the store's place.
mkdir -p odd/sweep.db
expect 2 'odd/sweep.db: not a store: a folder' --grid grid.ini --out odd
: >file
expect 2 'file' --grid grid.ini --out file
# A folder that may only be read: a sweep says so, and what reads works. Root may write anywhere, so it steps down, to a
# place where others may look.
place=$(mktemp -d)
chmod 755 "$place"
cp -r whole "$place/locked"
cp grid.ini "$bench" "$place"
find "$place/locked" -type d -exec chmod 555 {} + -o -exec chmod 444 {} +
as=()
[ "$(id -u)" -ne 0 ] || as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
while IFS='|' read -r expected pattern words; do
    # shellcheck disable=SC2086
    (cd "$place" && "${as[@]}" ./bench $words) >log 2>&1
    code=$?
    [ $code -eq "$expected" ] && grep -q "$pattern" log || fail "read-only: $words: exit code $code: $(cat log)"
done <<'END'
2|locked/sweep.lock: cannot open: Permission denied|--grid grid.ini --out locked
2|locked/in: cannot make the folder.*Permission denied|--grid grid.ini --out locked/in
1|locked/runs.csv: cannot write: Permission denied|report locked --no-plots
0|every checksum holds|verify locked --sample 2% --quiet
0|no regression|compare locked locked
END
cmp -s "$place/locked/sweep.db" whole/sweep.db || fail 'a folder that may only be read was written to'
chmod -R u+w "$place"
rm -rf "$place"

# Links in a folder that came from elsewhere lead nowhere: nothing is written outside it.
cp -r whole linked
mkdir outside
echo kept >outside/kept
rm linked/runs.csv
ln -s ../outside/kept linked/runs.csv
expect 0 'tables made again' report linked --no-plots
cmp -s linked/runs.csv whole/runs.csv || fail 'a table was written through a link'
ln -s ../outside linked/plots
expect 1 'linked/plots: a symbolic link: pictures are written into the results folder alone' report linked
rm linked/plots
expect 0 'made again' report linked
for file in linked/plots/*; do # pictures, scripts and data alike
    ln -sf ../../outside/kept "$file"
done
expect 0 'made again' report linked
[ "$(ls outside) $(cat outside/kept)" = 'kept kept' ] || fail 'something was written outside the results folder'

# Another version of the numerics: named and refused, unless its runs are to be forgotten.
cp -r whole other
"$MEDDLE" other note numerics 'numerics 1, functions 0123456789abcdef'
for command in '--grid grid.ini --out other' 'report other' 'refine other' 'compare whole other' 'merge new other'; do
    # shellcheck disable=SC2086
    expect 2 'other/sweep.db: its runs were computed with numerics 1, .*; this program computes with numerics [0-9]+' $command
done
[ ! -e new ] || fail 'a merge that could not be left a folder'
expect 1 'whose numbers may differ' verify other
now=$("$MEDDLE" whole sql "SELECT CAST (text AS TEXT) FROM note WHERE name = 'numerics'" | cut -d, -f1)
"$MEDDLE" other note numerics "$now, functions 0123456789abcdef"
expect 2 'functions 0123456789abcdef; this program' --grid grid.ini --out other
expect 0 'tables made again' report other --no-plots
expect 0 ', 160 computed now' --grid grid.ini --out other --no-plots --quiet --fresh
expect 0 ', 0 computed now' --grid grid.ini --out other --no-plots --quiet

# What changed is computed, the rest is kept, and what no longer applies stays on record.
sed 's/1e-1, 160/1e-1, 80/; s/^epochs = .*/epochs = 100/' grid.ini >changed.ini
expect 0 '^80 runs, 80 computed now' --grid changed.ini --out other --no-plots --quiet
expect 0 '160 runs of other settings are in the store' --grid changed.ini --out other --no-plots --quiet --verbose
expect 0 '^160 runs, 0 computed now' --grid grid.ini --out other --no-plots --quiet
cmp -s other/runs.csv whole/runs.csv || fail 'a grid that was changed and changed back is another'

# A data file that changes is other data: its runs are computed, and the old ones are there when it is changed back.
printf '%s\n' '1 1:1 3:2' '0 2:1' '1 3:1' '0 1:-1' >data.svm
printf '%s\n' '[sweep]' 'epochs = 5' '[data d]' 'kind = libsvm' 'path = data.svm' '[optimizer sgd]' 'eta0 = 0.1, 1' >file.ini
expect 0 '^2 runs, 2 computed now' --grid file.ini --out file.d --no-plots --quiet
cp file.d/runs.csv before.csv
sed -i 's/3:2/3:2.5/' data.svm
expect 0 '^2 runs, 2 computed now' --grid file.ini --out file.d --no-plots --quiet
cmp -s file.d/runs.csv before.csv && fail 'a data file that changed gives the same runs'
expect 0 'every checksum holds' verify file.d --sample 100%
sed -i 's/3:2.5/3:2/' data.svm
expect 0 '^2 runs, 0 computed now' --grid file.ini --out file.d --no-plots --quiet
cmp -s file.d/runs.csv before.csv || fail 'a data file changed back gives other runs'

# Runs that cannot be computed: the reason is kept, and they are left out until told otherwise.
cat >wide.ini <<'END'
[sweep]
epochs = 2
precision = f64
target = loss 0
[data wide]
rows = 20
features = 400000
sparsity = 0.9999
[optimizer adam]
[optimizer sgd]
END
for limit in $(seq 60000 10000 260000); do # KiB: too little for adam, enough for sgd
    rm -rf wide
    (ulimit -v "$limit" && exec "$bench" --grid wide.ini --out wide --threads 1 --no-plots --quiet) >log 2>&1
    code=$?
    ! grep -q '^2 runs, 1 computed now, 1 failures' log || break
done
if grep -qa __asan_init "$bench"; then
    echo 'left out: a limit on memory; what the address sanitizer reserves is more than any'
elif [ $code -eq 1 ]; then
    expect 1 '1 runs failed before .*--retry-failed tries them again.*memory' --grid wide.ini --out wide --no-plots --quiet
    expect 1 '^2 runs, 0 computed now, 1 failures' --grid wide.ini --out wide --no-plots --quiet
    expect 0 '1 failed before and are left out' --grid wide.ini --out wide --dry-run
    expect 0 '^2 runs, 1 computed now, 0 failures' --grid wide.ini --out wide --no-plots --quiet --retry-failed
    expect 0 '^2 runs, 0 computed now, 0 failures' --grid wide.ini --out wide --no-plots --quiet
else
    fail "with little memory: exit code $code: $(cat log)"
fi
finish
