# The worked example of docs/adding-an-optimizer.md, done as the page says: its blocks go where it says they go, in a
# copy of the tree, which is built, and its rule put through the tests of rules.
#
#   adding_an_optimizer.sh CMAKE GENERATOR FOLDER    (in the tests folder; FOLDER is kept, to be quick the next time)
set -euo pipefail
cmake=$1 generator=$2 work=$3
root=$(cd .. && pwd)
page=$root/docs/adding-an-optimizer.md
tree=$work/tree
unset MAKEFLAGS MFLAGS

# The tree again, in links; files that the page changes will be copies.
rm -rf "$tree"
mkdir -p "$tree/src/kern" "$tree/tests"
ln -s "$root"/{CMakeLists.txt,cmake,bench,sweeps} "$tree"
for layer in "$root"/src/*/; do
    [ "$(basename "$layer")" = kern ] || ln -s "${layer%/}" "$tree/src"
done
ln -s "$root"/src/kern/* "$tree/src/kern"
ln -s "$root"/tests/* "$tree/tests"

# Blocks: file, the line they go before, and the text, each to a file of its own.
rm -rf "$work/block"
mkdir "$work/block"
awk -v dir="$work/block" '
    /^<!-- .*, before: .* -->$/ {
        file = before = $0
        sub(/^<!-- /, "", file)
        sub(/, before: .*/, "", file)
        sub(/^.*, before: /, "", before)
        sub(/ -->$/, "", before)
        n++
        print file > (dir "/" n ".file")
        print before > (dir "/" n ".before")
        next
    }
    /^```/ { inside = !inside && file != ""; if (!inside) file = ""; next }
    inside { print > (dir "/" n ".text") }' "$page"
[ -e "$work/block/4.text" ] || { echo "FAILED: $page has not four blocks"; exit 1; }

for block in "$work"/block/*.text; do
    block=${block%.text}
    file=$tree/$(cat "$block.file")
    BEFORE=$(cat "$block.before") awk -v text="$block.text" '
        !done && index($0, ENVIRON["BEFORE"]) {
            while ((getline line < text) > 0) print line
            done = 1
        }
        { print }
        END { if (!done) exit 1 }' "$file" >"$work/new" ||
        { echo "FAILED: $file has no '$(cat "$block.before")'"; exit 1; }
    rm "$file"
    # The time of the page and the file, not now, so that what was built stays built.
    cp "$work/new" "$file"
    touch -r "$(stat -c '%Y %n' "$page" "$root/$(cat "$block.file")" | sort -n | tail -1 | cut -d' ' -f2-)" "$file"
done

"$cmake" -S "$tree" -B "$work/build" -G "$generator" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS=-O1 >"$work/log"
"$cmake" --build "$work/build" --parallel 2 --target test_rules test_isa test_trajectories bench >>"$work/log" 2>&1 ||
    { tail -40 "$work/log"; exit 1; }
"$work/build/bench" list rules | grep -q '^| `laprop` |' || { echo 'FAILED: bench list rules does not know it'; exit 1; }
cd "$tree/tests"
for test in test_rules test_isa test_trajectories; do
    "$work/build/tests/$test"
done
