# The lecture's figures: sweeps/lecture.ini draws every kind, each again from its own script.
. "$PWD/tests/cli/lib.bash"
command -v gnuplot >/dev/null || { echo 'gnuplot is not installed: nothing is drawn here'; exit 77; }
grid=$OLDPWD/sweeps/lecture.ini
expect 0 '^116 runs, 116 computed now, 0 failures' --grid "$grid" --out lecture --quiet
for kind in contour-toy-w0--2-b0--2 contour-toy-w0--4-b0-4 contour-saddle trace-gradient-1-toy-w0--2-b0--2 \
    trace-rate-bias-toy-w0--4-b0--4 trace-second-moment-1-toy-w0--4-b0-4 trace-u-bias-toy-w0--2-b0--2 \
    trace-w-1-toy-w0--4-b0-4 schedules averages balls; do
    for ending in gp dat svg png; do
        [ -s "lecture/plots/$kind.$ending" ] || fail "$kind.$ending is not there"
    done
done
rm lecture/plots/balls.png lecture/plots/contour-toy-w0--2-b0--2.png
gnuplot lecture/plots/balls.gp && gnuplot lecture/plots/contour-toy-w0--2-b0--2.gp || fail 'a script alone'
[ -s lecture/plots/balls.png ] && [ -s lecture/plots/contour-toy-w0--2-b0--2.png ] || fail 'a script alone draws nothing'
grep -q 'unit balls of L' lecture/report.html || fail 'figures are missing from report.html'
finish
