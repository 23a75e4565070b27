#!/usr/bin/env bash
# A sweep as an array of N Slurm jobs, a shard each, and a job after them that merges. A shard that ended badly (killed, out of
# time, its node lost) is submitted again and goes on from what it had stored; the merge comes when none is left.
#
#   scripts/slurm-array.sh GRID.ini N [--out DIR] [--attempts A] [SBATCH_OPTION...]
#
# DIR (results/NAME) is the results folder, on a file system that all nodes see; shards work in DIR.shards/I, each a folder of
# its own, because SQLite wants one node a file. A shard has A attempts (3). SBATCH_OPTIONs, as --cpus-per-task=32 or
# --time=8:00:00, go to every job. BENCH is the program, build/bench if not set. Prints the numbers of the jobs; everything they
# say is in DIR.shards/*.log. Start it again to go on after all attempts have failed.
set -euo pipefail
self=$(readlink -f "${BASH_SOURCE[0]}")
root=$(dirname "$self")/..

die() { echo "slurm-array: $*" >&2; exit 2; }

# ---- in a job; SWEEP_* come from submit ------------------------------------------------------------------------------
shard() {
    local i=$SLURM_ARRAY_TASK_ID
    "$SWEEP_BENCH" --grid "$SWEEP_GRID" --out "$SWEEP_OUT.shards/$i" --shard "$i/$SWEEP_SHARDS" --no-plots --retry-failed \
        ${SLURM_CPUS_PER_TASK:+--threads "$SLURM_CPUS_PER_TASK"}
    touch "$SWEEP_OUT.shards/$i.done"
}

unfinished() { # 1,4,7
    local i
    for ((i = 1; i <= SWEEP_SHARDS; i++)); do [ -e "$SWEEP_OUT.shards/$i.done" ] || echo "$i"; done | paste -sd,
}

merge() {
    local left i
    local -a folders=()
    left=$(unfinished)
    if [ -n "$left" ] && [ "$SWEEP_ATTEMPT" -lt "$SWEEP_ATTEMPTS" ]; then
        echo "shards $left did not finish: attempt $((SWEEP_ATTEMPT + 1)) of $SWEEP_ATTEMPTS"
        SWEEP_ATTEMPT=$((SWEEP_ATTEMPT + 1))
        submit "$left" "$@"
        return
    fi
    [ -z "$left" ] || echo "shards $left did not finish in $SWEEP_ATTEMPTS attempts: merging what there is"
    for ((i = 1; i <= SWEEP_SHARDS; i++)); do
        [ ! -e "$SWEEP_OUT.shards/$i/sweep.db" ] || folders+=("$SWEEP_OUT.shards/$i")
    done
    "$SWEEP_BENCH" merge "$SWEEP_OUT" "${folders[@]}"
    [ -z "$left" ]
}

# ---- on the way to the jobs ------------------------------------------------------------------------------------------
submit() { # SHARDS SBATCH_OPTION...: the array, and the merge after all of it, however it ends
    local array last which=$1
    shift
    local -a common=(--parsable --export=ALL --chdir="$PWD" --open-mode=append)
    array=$(sbatch "${common[@]}" --job-name="$SWEEP_NAME" --array="$which" --requeue --output="$SWEEP_OUT.shards/%a.log" \
        "$@" "$self" --in-job shard)
    array=${array%%;*}
    last=$(sbatch "${common[@]}" --job-name="$SWEEP_NAME-merge" --dependency="afterany:$array" \
        --output="$SWEEP_OUT.shards/merge.log" "$@" "$self" --in-job merge "$@")
    echo "array $array ($which), merge ${last%%;*}"
}

if [ "${1:-}" = --in-job ]; then
    export SWEEP_ATTEMPT
    self=$SWEEP_SCRIPT # Slurm runs a copy
    "${@:2}"
    exit
fi

[ $# -ge 2 ] && [[ $1 != -* ]] || die 'usage: scripts/slurm-array.sh GRID.ini N [--out DIR] [--attempts A] [SBATCH_OPTION...]'
command -v sbatch >/dev/null || die 'sbatch is not here (Debian: slurm-client)'
[ -r "$1" ] || die "cannot read $1"
[[ $2 =~ ^[1-9][0-9]*$ ]] || die "'$2' is not a number of shards"
SWEEP_GRID=$(readlink -f "$1") SWEEP_SHARDS=$2
SWEEP_NAME=$(basename "$1" .ini)
shift 2
SWEEP_BENCH=$(readlink -f "${BENCH:-$root/build/bench}") SWEEP_OUT=results/$SWEEP_NAME SWEEP_ATTEMPTS=3 SWEEP_ATTEMPT=1 SWEEP_SCRIPT=$self
options=()
while [ $# -gt 0 ]; do
    case $1 in
    --out) SWEEP_OUT=${2:?--out needs a folder}; shift ;;
    --out=*) SWEEP_OUT=${1#--out=} ;;
    --attempts) SWEEP_ATTEMPTS=${2:?--attempts needs a number}; shift ;;
    --attempts=*) SWEEP_ATTEMPTS=${1#--attempts=} ;;
    *) options+=("$1") ;;
    esac
    shift
done
[[ $SWEEP_ATTEMPTS =~ ^[1-9][0-9]*$ ]] || die "--attempts: '$SWEEP_ATTEMPTS' is not a number from 1"
[ -x "$SWEEP_BENCH" ] || die "$SWEEP_BENCH is not there; scripts/build makes it"
"$SWEEP_BENCH" --grid "$SWEEP_GRID" --dry-run >/dev/null # says what is wrong with the grid now, not in N jobs
mkdir -p "$SWEEP_OUT.shards"
SWEEP_OUT=$(readlink -f "$SWEEP_OUT")
# Shards of another number of shards are other shards.
if [ "$(cat "$SWEEP_OUT.shards/of" 2>/dev/null || echo "$SWEEP_SHARDS")" != "$SWEEP_SHARDS" ]; then
    die "$SWEEP_OUT.shards holds $(cat "$SWEEP_OUT.shards/of") shards, not $SWEEP_SHARDS: name that number, or another --out"
fi
echo "$SWEEP_SHARDS" >"$SWEEP_OUT.shards/of"
rm -f "$SWEEP_OUT".shards/*.done # a changed grid may have given finished shards more to do; if not they end at once
export SWEEP_GRID SWEEP_SHARDS SWEEP_NAME SWEEP_BENCH SWEEP_OUT SWEEP_ATTEMPTS SWEEP_ATTEMPT SWEEP_SCRIPT
submit "1-$SWEEP_SHARDS" "${options[@]}"
