# SIGKILL at ten random moments, resumed each time, to the same bytes. scripts/torture 200 does it two hundred times.
. "$PWD/tests/cli/lib.bash"
BENCH=$bench "$OLDPWD/scripts/torture" 10 || fail 'see above'
finish
