# scripts/scaling --quick: a row a value, axes of other calls stay, and what it refuses.
. "$PWD/tests/cli/lib.bash"
scaling=$OLDPWD/scripts/scaling

mkdir out && echo "rows,7,of a call that was interrupted" >out/rows.new
"$scaling" --quick --bench "$bench" --out out rows >table 2>log || fail "exit code $?: $(tail -n 5 log)"
"$scaling" --quick --bench "$bench" --out out threads >table 2>log || fail "exit code $?: $(tail -n 5 log)"
awk -F, 'NR == 1 { for (k = 1; k <= NF; k++) at[$k] = k; n = NF; next }
    NF != n || !($at["lockstep"] > 0) || !($at["plain"] > 0) || !($at["ceiling"] > 0) { exit 1 }
    $1 == "rows" && $2 != $at["rows"] || $1 == "threads" && $2 != $at["threads"] { exit 1 }
    { seen = seen $1 " " $2 ";" } END { exit seen != "rows 100;rows 300;threads 1;threads 2;" }' out/scaling.csv ||
    fail "scaling.csv: $(cat out/scaling.csv)"
[ "$(grep -cE '^ +(1|2|100|300) +[0-9]+ ' table)" = 4 ] || fail "the table: $(cat table)"
if command -v gnuplot >/dev/null; then [ -s out/scaling.svg ] && [ -s out/scaling.png ] || fail 'no pictures'; fi
[ -z "$(ls out | grep -vE '^scaling\.')" ] || fail "left over: $(ls out)"

"$scaling" --quick --bench "$bench" columns >/dev/null 2>log
[ $? = 2 ] && grep -q "'columns': expected rows, features" log || fail "an unknown axis: $(cat log)"
finish
