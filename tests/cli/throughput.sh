# bench throughput: what it prints on tiny data, as text and as CSV, and what it refuses.
. "$PWD/tests/cli/lib.bash"
small='--rows 500 --features 300 --per-row 10 --cells 16 --epochs 3 --repeats 2'

expect 0 'lockstep / plain C: [0-9.]+' throughput $small
expect 0 'loads and additions only +[0-9]+' throughput $small --ceiling
expect 0 'lockstep / loads and additions only: [0-9.]+' throughput $small --ceiling --precision f64 --isa scalar
expect 0 '^500 rows, 1 feature, 100 non-zeros' throughput --toy --epochs 50 --evaluate 10 --repeats 1
expect 0 '^lockstep: [0-9.e+]+ steps a second' throughput $small --batch 128

"$bench" throughput $small --ceiling --format csv >table || fail "--format csv: exit code $?"
awk -F, 'NR == 1 { for (k = 1; k <= NF; k++) at[$k] = k; n = NF }
    NR == 2 { if (NF != n || $at["rows"] != 500 || $at["batch"] != "full" || !($at["lockstep"] > 0) ||
        !($at["plain"] > 0) || !($at["ceiling_least"] <= $at["ceiling"]) || !($at["ceiling_share"] > 0)) exit 1 }
    END { exit NR != 2 }' table || fail "--format csv: $(cat table)"

expect 2 'not with --batch' throughput $small --ceiling --batch 100
expect 2 'the toy set has 500 rows' throughput --toy --batch 501
expect 2 'must be below --features 10' throughput --features 10
expect 2 "'adem' is no rule \(bench list rules\); did you mean adam\?" throughput --rule adem
finish
