# What is typed wrongly is refused with exit code 2, a message that helps, and nothing written.
. "$PWD/tests/cli/lib.bash"

expect 0 'bench --grid FILE' --help
expect 0 'bench [0-9.]+ \(commit ' --version
expect 0 '--per-row N' throughput --help
expect 0 '--dry-run' --grid x.ini --help
expect 2 'bench --grid FILE'
expect 2 "did you mean 'throughput'" througput
expect 2 "did you mean 'refine'" refin
expect 2 'did you mean --grid' --gird x.ini
expect 2 'did you mean --out\?' --grid x.ini --output y
expect 2 'unknown option --jobs; --help lists those there are' --grid x.ini --jobs 2
expect 0 '--export FILE.svm' data -h
expect 2 "unexpected 'x.ini': did you mean --grid x.ini" data x.ini
expect 2 "unexpected 'x.ini': an option" report results x.ini
expect 2 '--grid needs a value' --grid
expect 2 '--grid needs a value' --grid --quiet
expect 2 '--grid FILE is missing' --quiet
expect 2 '--quiet takes no value' --grid x.ini --quiet=yes
expect 2 "unexpected 'y.ini'" --grid x.ini y.ini
expect 2 "'0' is not a whole number from 1" --grid x.ini --threads 0
expect 2 "'-1' is not a whole number" --grid x.ini --threads=-1
expect 2 "'99999999999999999999' is not" --grid x.ini --threads 99999999999999999999
expect 2 'did you mean avx2' --grid x.ini --isa avx
expect 2 'x.ini: cannot open' --grid x.ini
expect 2 'did you mean adam' throughput --rule adan
expect 2 'must be below --features' throughput --features 10 --per-row 10
# Grids whose data are made by a script say so where they are not.
grids=0
for grid in "$OLDPWD"/sweeps/*.ini; do
    name=$(grep -o 'scripts/get-data [a-z]*' "$grid" | head -n 1) || continue
    grids=$((grids + 1))
    mkdir -p sweeps
    cp "$grid" sweeps/
    expect 2 "ini:[0-9]+: .*cannot open: No such file or directory; $name makes it" --grid "sweeps/${grid##*/}"
done
[ "$grids" -ge 3 ] || fail "$grids grids with data of scripts/get-data"
rm -rf sweeps
[ -z "$(ls -A)" ] || fail "something was written: $(ls -A)"
finish
