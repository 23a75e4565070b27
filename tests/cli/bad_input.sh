# Bad grids and bad data files: exit code 2, file and line, nothing written.
. "$PWD/tests/cli/lib.bash"

data='[data d]
kind = libsvm
path = data.svm
[optimizer sgd]'

# refuse PATTERN: the grid is on stdin, data.svm as it stands.
refuse() {
    { echo '[sweep]'; cat; } >grid.ini
    expect 2 "$1" --grid grid.ini
    [ ! -e results ] || { fail "results were written for: $(cat grid.ini)"; rm -rf results; }
    [ -s grid.ini ] || fail 'the grid is gone'
}

refuse 'grid\.ini:2: .*did you mean' <<<'epoch = 3'
refuse 'grid\.ini:2' <<<'name = ../up'
refuse 'grid\.ini:2' <<<'seeds = 3..1'
refuse 'grid\.ini:2' <<<'target = gap nan'

while IFS='|' read -r content pattern; do
    printf '%b' "$content" >data.svm
    refuse "$pattern" <<<"$data"
done <<'FILES'
|data\.svm
\n\n|data\.svm
1 0:1\n|data\.svm:1
1 1:1\n0 2:1 1:1\n|data\.svm:2
1 1:1\n0 1:nan\n|data\.svm:2
2 1:1\n|data\.svm:1
1 1:x\n|data\.svm:1
\0177ELF\002\001\000\000\n|data\.svm:1
FILES
rm data.svm
refuse 'data\.svm: .*No such file' <<<"$data"
finish
