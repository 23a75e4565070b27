# The README says what the program says: its table of optimizers is the output of `bench list rules`, every command of
# the program stands in its table and the other way round, and every file it links to is there.
. "$PWD/tests/cli/lib.bash"
readme=$OLDPWD/README.md

sed -n '/^<!-- bench list rules -->$/,/^<!-- end -->$/p' "$readme" | sed '1d;$d' >shown
"$bench" list rules >printed || fail "bench list rules: exit code $?"
diff shown printed || fail 'the table of optimizers is not what bench list rules prints (<: README, >: program)'

"$bench" --help | sed -n 's/^  bench \([a-z]\+\|--grid\) .*/\1/p' | sort >known
sed -n 's/^| `bench \([a-z]\+\|--grid\)[ `].*/\1/p' "$readme" | sort >shown
[ -s known ] || fail 'bench --help names no commands'
diff shown known || fail 'the table of commands is not that of bench --help (<: README, >: program)'

grep -o ']([^)#:]*)' "$readme" | tr -d '])(' | sort -u >links
[ -s links ] || fail 'no links found'
while IFS= read -r file; do
    [ -e "$OLDPWD/$file" ] || fail "README.md links to $file, which is not there"
done <links
finish
