# Bad input of every kind, a row each in bad_inputs.txt: exit code 2, a message that says where and what, nothing written.
#
#   bash tests/cli/bad_inputs.sh BENCH FOLDER show     prints each row with its message, to be read
. "$PWD/tests/cli/lib.bash"
table=$OLDPWD/tests/cli/bad_inputs.txt
show=${3:-}

# What every row finds: a grid, the results of it, and those of another.
data='[data d]\nrows = 20\nfeatures = 10\nsparsity = 0.8\n' adam='[optimizer adam]\neta0 = 0.1\n'
mkdir template
cd template || exit 1
printf '%b' "[sweep]\nepochs = 3\nbatch = full, 5\nseeds = 1, 2\n[trace]\nfeatures = 1\nruns = all\n${data}${adam}[optimizer sgd]\n" >good.ini
sed '/^batch/d; /^seeds/d' good.ini >single.ini
sed 's/^epochs.*/epochs = 4/; s/rows = 20/rows = 30/' good.ini >other.ini
expect 0 '^8 runs' --grid good.ini --out good --no-plots --quiet
expect 0 '^8 runs' --grid other.ini --out other --no-plots --quiet
cd ..

declare -A text=(
    [@data]=$data
    [@adam]=$adam
    [@file]='[data d]\nkind = libsvm\npath = data.svm\n'
    [@run]=$(cut -d, -f1 template/good/runs.csv | sed -n 2p)
    [@long]=$(printf 'x%.0s' {1..100000})
)

# Names, kinds and sizes of all that is there, and the contents of files.
listing() {
    find . -printf '%p %y %m %s %l\n' | sort
    find . -type f -exec cksum {} + | sort
}

# try ARGUMENTS PATTERN: in box/, as the row has made it.
try() {
    local got
    rows=$((rows + 1))
    listing >../before
    (eval "set -- $1" && exec timeout -k 1 20 "$bench" "$@") >../out 2>../err </dev/null
    got=$?
    listing >../after
    cat ../out ../err >../both
    [ -z "$show" ] || { echo "--- line $number: $row" | cut -c1-200; head -c 700 ../both; }
    [ $got -eq 2 ] || fail "line $number: exit code $got: $row: $(head -c 400 ../both)"
    grep -qE -- "$2" ../err || fail "line $number: no '$2' in: $(head -c 600 ../both)"
    cmp -s ../before ../after || fail "line $number: $row: something was written: $(diff ../before ../after | head -5)"
}

rows=0 number=0 section=''
mkdir box
while IFS= read -r row; do
    number=$((number + 1))
    case $row in
    '' | '#'*) continue ;;
    '[grid]' | '[data]' | '[command]' | '[folder]')
        section=$row
        cp -a template/. box
        continue
        ;;
    esac
    fed=${row%% | *} pattern=${row##* | }
    cd box || exit 1
    for name in "${!text[@]}"; do fed=${fed//"$name"/${text[$name]}}; done
    case $section in
    '[grid]')
        printf '%b' "$fed" >grid.ini
        try '--grid grid.ini' "$pattern"
        ;;
    '[data]')
        printf '%b' "$fed" >data.svm
        printf '%b' "${text[@file]}${text[@adam]}" >grid.ini
        try '--grid grid.ini' "$pattern"
        ;;
    '[command]') try "$fed" "$pattern" ;;
    '[folder]')
        middle=${row#* | } && middle=${middle% | *}
        eval "$fed" || fail "line $number: cannot make it: $fed"
        try "$middle" "$pattern"
        cd ..
        rm -rf box # the other sections write nothing, and what they feed is written anew
        cp -a template box
        ;;
    esac
    cd "$dir" || exit 1
done <"$table"
echo "$rows bad inputs"
[ "$rows" -ge 120 ] || fail 'the table is cut'
finish
