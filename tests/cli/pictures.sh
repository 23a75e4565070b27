# Pictures: without gnuplot a sweep succeeds and says what is missing; one that cannot be drawn stops no other; PDF on request.
. "$PWD/tests/cli/lib.bash"

cat >small.ini <<'EOF'
[sweep]
epochs = 20
target = ratio 0.9
[data d]
rows = 100
features = 20
sparsity = 0.8
kind = synthetic
[optimizer sgd]
eta0 = 0.1, 1, 10
EOF
mkdir few
for command in cat grep head rm; do ln -s "$(command -v $command)" few/; done
path=$PATH
PATH=$PWD/few
expect 0 'gnuplot is not installed: scripts and data are written, pictures are not' --grid small.ini --out small --quiet
PATH=$path
[ -s small/plots/curves-d.gp ] && [ -s small/plots/curves-d.dat ] || fail 'without gnuplot there is no script or no data'
[ -z "$(find small -name '*.svg')" ] || fail 'pictures without gnuplot'
grep -q 'curves-d.gp' small/report.html || fail 'without gnuplot the report does not link to the script'
command -v gnuplot >/dev/null || { echo 'gnuplot is not installed: nothing is drawn here'; exit 77; }

expect 0 'tables and pictures made again' report small --pdf
for figure in small/plots/*.dat; do
    for ending in svg png pdf; do
        [ -s "${figure%dat}$ending" ] || fail "${figure%dat}$ending was not drawn"
    done
done
grep -q 'href="plots/curves-d.pdf"' small/report.html || fail 'report.html does not link to the PDF'

rm small/plots/*.???
mkdir small/plots/curves-d.png # cannot be written
expect 0 'small/plots/curves-d.gp: gnuplot failed' report small
for figure in small/plots/*.dat; do
    [ -f "${figure%dat}png" ] || [ "$figure" = small/plots/curves-d.dat ] || fail "${figure%dat}png was not drawn"
done
finish
