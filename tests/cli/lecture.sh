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

# The max norm hardly falls while the signal is silent (steps 55 to 79), where the average falls to a third.
fall() { awk -v line="$1" '/^# [0-9]+:/ {k = $2 + 0} k == line && $1 == 54 {a = $2} k == line && $1 == 79 {print $2 / a}' lecture/plots/averages.dat; }
awk -v most="$(fall 3)" -v average="$(fall 1)" 'BEGIN {exit !(most > 0.97 && most < 0.98 && average > 0.25 && average < 0.35)}' ||
    fail "the max norm falls to $(fall 3) of itself, the average to $(fall 1)"
# RMSProp ends in a two-cycle: dots from there on, the name at their end only; a line that does not swing has none.
swing=lecture/plots/trace-gradient-bias-toy-w0--4-b0--4
[ "$(grep -c 'points pt 7 ps' $swing.gp)" = 1 ] || fail 'not one of four lines ends in dots'
[ "$(grep -c "^set label 1[0-9][0-9] 'rmsprop'" $swing.gp)" = 1 ] || fail 'rmsprop is not named once'
[ "$(grep -c 'points pt 7 ps' lecture/plots/trace-rate-1-toy-w0--4-b0-4.gp)" = 0 ] || fail 'dots in a smooth line'
grep -q "^set label 8" lecture/plots/trace-*.gp && fail 'a name, and so a box, for the zero of a trace'
grep -q "'none' at" lecture/plots/heatmap-saddle.gp || fail 'a level without a schedule rate is not named'
grep -q 'eta0=0.1, rate=none' lecture/plots/heatmap-saddle.gp || fail 'a best cell without a schedule rate'
grep -l "^set label [23] '.*…" lecture/plots/*.gp && fail 'a subtitle is cut'
grep -q 'unit balls of L' lecture/report.html || fail 'figures are missing from report.html'
finish
