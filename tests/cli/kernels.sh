# bench kernels: what it prints of a few kernels as text, CSV and JSON, what it leaves in a folder, and what it refuses.
. "$PWD/tests/cli/lib.bash"
small='--rules ^(momentum|adam)$ --isa scalar,avx2 --sizes 4K'
grep -qw avx2 /proc/cpuinfo || small='--rules ^(momentum|adam)$ --isa scalar --sizes 4K'

expect 0 '^adam, f32: 4 loads, 3 stores, 1 divisions, 1 roots' kernels $small
expect 0 '^ *pack +scalar +4K L1 +[0-9]+' kernels $small
expect 0 '[0-9]+ of [0-9]+ rows agree within 5% between the two fastest of 4 passes' kernels $small
expect 0 '^[1-9][0-9]* kernels checked: every bit as scalar has it' kernels $small --check

# A row for each kernel (commas within the last columns are quoted): rate, ceilings and share belong together.
"$bench" kernels $small --format csv >table 2>/dev/null || fail "--format csv: exit code $?"
awk -F, 'NR == 1 { for (k = 1; k <= NF; k++) at[$k] = k; n = NF; next }
    { ++rows; rate = $at["melem_per_s"]; top = $at["ceiling_melem_per_s"]; share = $at["share"]; want = rate / top
      seen[$at["rule"] " " $at["loop"] " " $at["isa"]]++
      if (!(rate > 0) || share > want * 1.001 || share < want * 0.999) exit 1
      if (top > $at["memory_melem_per_s"] * 1.001) exit 1 }
    END { if (rows < 4 || seen["adam pack scalar"] != 1 || seen["momentum dense scalar"] != 1) exit 1 }' table ||
    fail "--format csv: $(cat table)"

# The compiler's own vectors, of the widest registers there are, are there to compare with.
if grep -qw avx2 /proc/cpuinfo; then
    "$bench" kernels --rules '^adam$' --isa scalar,auto,avx2 --sizes 4K --format csv >table 2>/dev/null || fail "--isa auto: exit code $?"
    awk -F, 'NR == 1 { for (k = 1; k <= NF; k++) at[$k] = k; next }
        $at["isa"] == "avx2" && $at["times_auto"] > 0 { n++ } $at["isa"] == "auto" && $at["times_auto"] == 1 { n++ } END { exit n != 4 }' table ||
        fail "--isa auto: $(cat table)"
fi

# The second call into a folder says what moved since the first; all its files are there.
"$bench" kernels $small --out folder >/dev/null 2>&1 || fail "--out: exit code $?"
expect 0 'compared with the former call in this folder: [0-9]+ of [0-9]+ rows within 5%' kernels $small --out folder
for file in kernels.csv kernels.json plots; do [ -s folder/$file ] || fail "--out: no $file"; done
grep -q '"context"' folder/kernels.json && grep -q '"name": "adam/pack/f32/scalar/4096"' folder/kernels.json || fail 'kernels.json'
if command -v python3 >/dev/null; then python3 -m json.tool folder/kernels.json >/dev/null || fail 'kernels.json is not JSON'; fi

# A folder that cannot be made is said before anything is measured.
touch file
SECONDS=0
expect 2 'file' kernels --out file/kernels
[ $SECONDS -lt 5 ] || fail "--out file/kernels: said after $SECONDS s"
expect 2 "'adem' matches no rule" kernels --rules adem
expect 2 "'avx513' is none of scalar, auto, avx2, avx512" kernels --isa avx513
finish
