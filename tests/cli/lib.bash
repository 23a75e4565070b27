# Sourced by the tests of this folder, which are called with the program and a scratch folder of their own.
set -uo pipefail
bench=$1 dir=$2
rm -rf "$dir"
mkdir -p "$dir"
cd "$dir" || exit 1
trap 'cd / && rm -rf "$dir"' EXIT
failures=0

fail() {
    echo "FAILED: $*"
    failures=$((failures + 1))
}

# expect CODE PATTERN ARGUMENT...: the exit code, and what stdout and stderr together must match.
expect() {
    local code=$1 pattern=$2 got
    shift 2
    "$bench" "$@" >out 2>err
    got=$?
    [ "$got" -eq "$code" ] || fail "bench $*: exit code $got, expected $code: $(head -c 400 err)"
    cat out err >both
    grep -qE -- "$pattern" both || fail "bench $*: nothing matches '$pattern' in: $(head -c 400 both)"
    rm -f out err both
}

finish() {
    [ "$failures" -eq 0 ]
    exit
}
