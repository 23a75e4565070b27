# SIGINT and SIGTERM: what is in flight is finished, everything finished is kept, and the same command goes on from there
# to the same files as if nothing had happened.
. "$PWD/tests/cli/lib.bash"

cat >grid.ini <<'EOF'
[sweep]
epochs = 500
evaluate = 500
target = loss 0
[data text]
kind = synthetic
rows = 2000
features = 300
sparsity = 0.9
[optimizer adam]
eta0 = logspace(1e-4, 1e-1, 320)
EOF
set -m # so that background jobs do not ignore SIGINT

# stop NAME CODE SECONDS: sets `left` to the runs it says are left.
stop() {
    "$bench" --grid grid.ini --out stopped --threads 1 --no-plots --quiet --fresh >out 2>err &
    local pid=$! code
    until [ -e stopped/sweep.db-wal ] || ! kill -0 $pid 2>/dev/null; do sleep 0.02; done
    sleep "$3"
    kill -"$1" $pid 2>/dev/null
    wait $pid
    code=$?
    left=$(sed -n 's/.*interrupted with \([0-9]*\) runs to go.*/\1/p' err)
    [ $code -eq "$2" ] && [ -n "$left" ] || fail "SIG$1: exit code $code: $(cat out err)"
}

for signal in 'INT 130' 'TERM 143'; do
    # However slow the machine: late enough for something to be finished, and early enough for something to be left.
    for delay in 0.1 0.2 0.4 0.8 1.6 3.2 6.4; do
        # shellcheck disable=SC2086
        stop $signal "$delay"
        [ "${left:-0}" -eq 320 ] || break
    done
    [ "${left:-0}" -gt 0 ] && [ "$left" -lt 320 ] || fail "SIG$signal: $left runs left of 320"
    [ ! -e stopped/runs.csv ] || fail "SIG$signal: tables were written"
    expect 0 "^320 runs, $left computed now, 0 failures" --grid grid.ini --out stopped --no-plots
    rm -f stopped/*.csv
done

expect 0 '^320 runs, 0 computed now' --grid grid.ini --out stopped --no-plots
expect 0 '^320 runs, 320 computed now' --grid grid.ini --out whole --no-plots
for file in runs.csv curves.csv; do
    cmp -s "stopped/$file" "whole/$file" || fail "$file differs after an interruption"
done

# With --fresh the same command would begin again, and says so. A second SIGINT stops at once.
stop INT 130 0.2
grep -q 'without --fresh goes on' err || fail "nothing about --fresh: $(cat err)"
sed 's/^epochs = .*/epochs = 1000000/; s/^evaluate = .*/evaluate = 1000/' grid.ini >slow.ini
for delay in 0.2 1 4; do # the first must come while something is training
    "$bench" --grid slow.ini --out slow --threads 1 --no-plots --quiet --fresh >out 2>err &
    pid=$!
    until [ -e slow/sweep.db-wal ] || ! kill -0 $pid 2>/dev/null; do sleep 0.02; done
    sleep $delay
    kill -INT $pid
    until grep -q 'again stops at once' err || ! kill -0 $pid 2>/dev/null; do sleep 0.02; done
    kill -INT $pid 2>/dev/null
    wait $pid
    code=$?
    grep -q 'interrupted with' err || break
done
[ $code -eq 130 ] && ! grep -q 'interrupted with' err || fail "a second SIGINT: exit code $code: $(cat err)"
finish
