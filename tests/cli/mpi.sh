# Over 1, 2 and 4 ranks of mpirun the same bytes as alone; also when a rank was killed on the way, and for traces, data
# files and small failures. The program without MPI has no trace of it. Skipped where MPI is not installed.
. "$PWD/tests/cli/lib.bash"
set -m # background jobs do not ignore SIGINT
MPIRUN=${MPIRUN:-mpirun}
[ -n "${BENCH_MPI:-}" ] && command -v "$MPIRUN" >/dev/null || { echo 'skipped: MPI is not installed (libopenmpi-dev, openmpi-bin)'; exit 77; }
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none
ranks() { # N ARGUMENT...
    local n=$1
    shift
    timeout 100 "$MPIRUN" -n "$n" "$BENCH_MPI" "$@"
}
same() { # DIR WHAT
    for file in runs.csv curves.csv trace.csv bands.csv summary.md expectations.md; do
        cmp -s "whole/$file" "$1/$file" || fail "$file: $2 is not what it is on one machine"
    done
}

# A build without MPI. (With -DBENCH_MPI=ON both are one program.)
if ! [ "$bench" -ef "$BENCH_MPI" ]; then
    ! ldd "$bench" | grep -qiE 'mpi|orte' || fail 'the program without MPI needs a library of it'
    ! nm "$bench" | grep -qE ' (MPI_|wire_|ranks_)' || fail 'the program without MPI has symbols of it'
    ! "$bench" --help | grep -qiE 'mpi|ranks' || fail 'the program without MPI speaks of it'
    ldd "$BENCH_MPI" | grep -qi mpi || fail 'the program with MPI does without it'
fi

for i in $(seq 1 60); do echo "$((i % 2)) $((i % 7 + 1)):0.5 $((i % 5 + 9)):1"; done >file.svm
cat >grid.ini <<'EOF'
[sweep]
epochs = 40
seeds = 1..2
batch = full, 20
target = gap 0.05
stop = target
[data text]
kind = synthetic
rows = 1000
features = 200
sparsity = 0.9, 0.98
test = 0.2
[data file]
kind = libsvm
path = file.svm
[model]
l2 = 0.01
[optimizer adam]
eta0 = logspace(1e-4, 1, 40)
[optimizer momentum]
eta0 = logspace(1e-3, 10, 40)
[trace]
features = 1, bias
[expect curvature-is-recorded]
claim = corr(adam, p=1, data=text) <= 1
outcome = held
EOF
expect 0 '^960 runs, 880 computed now, 0 failures' --grid grid.ini --out whole --no-plots --quiet
for n in 1 2 4; do
    ranks $n --grid grid.ini --out r$n --no-plots --quiet >out 2>&1 || fail "$n ranks: exit code $?: $(cat out)"
    [ $n -eq 1 ] || grep -qE "threads of $n ranks" out || fail "$n ranks: $(cat out)"
    same r$n "$n ranks"
done
expect 0 '0 computed now' --grid grid.ini --out r4 --no-plots --quiet

# A rank killed in the middle: the store is whole, and the same command goes on.
sed 's/^epochs = .*/epochs = 400/; s/^stop.*//' grid.ini >long.ini
expect 0 '0 failures' --grid long.ini --out whole --no-plots --quiet --fresh
kill_one() { # RANK OUT: kills it once something is stored; false: it was over before
    local pid= group i
    ranks 4 --grid long.ini --out "$2" --threads 1 --no-plots --quiet >out 2>&1 &
    group=$!
    for i in $(seq 500); do
        [ -s "$2/sweep.db-wal" ] && [ "$("$MEDDLE" "$2" sql 'SELECT count(*) FROM run' 2>/dev/null || echo 0)" -gt 0 ] && break
        kill -0 $group 2>/dev/null || break
        sleep 0.02
    done
    for pid in $(pgrep -f -- "--out $2 " || true); do
        if tr '\0' '\n' <"/proc/$pid/environ" 2>/dev/null | grep -qx "OMPI_COMM_WORLD_RANK=$1"; then kill -KILL "$pid"; fi
    done
    ! wait $group
}
for rank in 2 0; do
    kill_one $rank killed$rank || fail "rank $rank: it was over before it could be killed: $(cat out)"
    "$bench" verify killed$rank --sample 0% >out 2>&1 || fail "rank $rank killed: the store is damaged: $(cat out)"
    left=$("$MEDDLE" killed$rank sql 'SELECT count(*) FROM run')
    [ "$left" -gt 0 ] && [ "$left" -lt 880 ] || fail "rank $rank killed: $left runs are kept of 880"
    ranks 2 --grid long.ini --out killed$rank --no-plots --quiet >out 2>&1 || fail "resumed: exit code $?: $(cat out)"
    same killed$rank "killed and resumed"
done

# Bad input: said once, exit code 2, nothing written.
echo '[sweeep]' >bad.ini
ranks 3 --grid bad.ini --out no >out 2>&1
code=$?
[ $code -eq 2 ] && [ "$(grep -c "unknown section" out)" -eq 1 ] && [ ! -e no ] || fail "bad input: exit code $code: $(cat out)"
# One rank reads another grid: it is named.
sed 's/seeds = 1..2/seeds = 1..3/' grid.ini >other.ini
timeout 300 "$MPIRUN" -n 2 "$BENCH_MPI" --grid grid.ini --out no : -n 1 "$BENCH_MPI" --grid other.ini --out no >out 2>&1
code=$?
[ $code -eq 2 ] && [ "$(grep -c '^rank 2 on .*other.ini, or a data file it names, is not what rank 0 reads' out)" -eq 1 ] && [ ! -e no ] ||
    fail "two grids: exit code $code: $(cat out)"
# Ranks with options of their own: one without --threads, one without --grid.
ranks 1 --grid long.ini --out own --no-plots --quiet --threads 1 : -n 1 "$BENCH_MPI" --grid long.ini >out 2>&1 ||
    fail "--threads for rank 0 alone: exit code $?: $(cat out)"
same own 'with --threads for rank 0 alone'
ranks 1 --grid grid.ini --out no : -n 1 "$BENCH_MPI" --threads 1 >out 2>&1
code=$?
[ $code -eq 2 ] && grep -q '^rank 1 on .*: --grid FILE is missing' out && [ ! -e no ] || fail "rank 1 without --grid: exit code $code: $(cat out)"

# SIGINT to a rank that follows ends the whole in order.
ranks 3 --grid long.ini --out stopped --threads 1 --no-plots --quiet >out 2>&1 &
group=$!
until [ -s stopped/sweep.db-wal ] || ! kill -0 $group 2>/dev/null; do sleep 0.02; done
for pid in $(pgrep -f -- '--out stopped '); do
    if tr '\0' '\n' <"/proc/$pid/environ" 2>/dev/null | grep -qx OMPI_COMM_WORLD_RANK=1; then kill -INT "$pid"; fi
done
wait $group
code=$?
[ $code -eq 130 ] && [ "$(grep -c 'interrupted with' out)" -eq 1 ] || fail "SIGINT to rank 1: exit code $code: $(cat out)"

# Rank 0 hands out enough packs a second. The floor is far below what docs/scaling.md says: this machine may be busy.
rate=$(timeout 300 "$MPIRUN" -n 2 "$RANKS_RATE" 50000 | sed -n 's/.*: \([0-9]*\) a second$/\1/p')
[ "${rate:-0}" -ge 500 ] || fail "rank 0 hands out ${rate:-no} empty packs a second"
finish
