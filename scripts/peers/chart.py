"""The chart: a panel a data set, a bar a peer; a gnuplot script and its data, and svg and png where gnuplot is there."""
import os, shutil, subprocess

SCRIPT = """# Draws peers.svg and peers.png beside itself: gnuplot peers.gp
dir = ARG0[1:strlen(ARG0)-strlen('peers.gp')]
dat = dir.'peers.dat'
panels = {panels}
W = 820.; H = {height}.
set encoding utf8
unset key
set border 2 lw 1 lc rgb '#404040'
set tics out nomirror scale 0
set ytics noenhanced font ',11' textcolor rgb '#202020'
unset xtics
set xrange [0:{most}*1.3]
set yrange [{bars}-0.3:-0.7]
set style fill solid noborder
array titles[{panels}] = [{titles}]
do for [pass = 0:1] {{
    if (pass == 0) {{
        set terminal svg size W,H font 'Helvetica, Arial, sans-serif,13' background '#ffffff'
        set output dir.'peers.svg'
    }} else {{
        set terminal pngcairo size 2*W,2*H font 'sans,13' fontscale 1.5 linewidth 2
        set output dir.'peers.png'
    }}
    set multiplot
    set label 1 'Millions of non-zeros x runs a second' at screen 10/W,1-16/H
    set label 2 {subtitle} at screen 10/W,1-34/H font ',11' textcolor rgb '#505050' noenhanced
    do for [k = 0:panels-1] {{
        set lmargin at screen 300/W; set rmargin at screen 1-15/W
        set tmargin at screen 1-(78.+k*{panel})/H; set bmargin at screen 1-(78.+(k+1)*{panel}-34)/H
        unset title; set label 3 titles[k+1] at graph 0,1 offset 0,0.6 font ',12' noenhanced
        plot dat index k using (0.5*$2):0:(0.5*$2):(0.36):($0 == 0 ? 0x1f77b4 : 0xa0a8b0):ytic(1) with boxxyerror lc rgb variable, \\
             dat index k using 2:0:3 with labels left offset 0.6,0 font ',11' textcolor rgb '#202020'
        unset label 1; unset label 2
    }}
    unset multiplot
    set output
}}
"""


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def draw(folder, groups):
    with open(os.path.join(folder, 'peers.dat'), 'w') as f:
        for group in groups:
            for r in group:
                times = '' if r is group[0] else f'   here is {float(r["times"]):.1f} x'
                f.write(f'"{r["name"]}" {r["best"]} "{float(r["best"]):,.0f}{times}"\n')
            f.write('\n\n')
    bars = max(len(g) for g in groups)
    panel = 22 * bars + 34
    titles = ', '.join(quoted('{:,} rows, {:,} features, {:,} non-zeros; threads: {}'.format(
        *(int(g[0][k]) for k in ('rows', 'features', 'nonzeros', 'threads')))) for g in groups)
    script = SCRIPT.format(panels=len(groups), height=60 + panel * len(groups), bars=bars, panel=panel, titles=titles,
                           most=max(float(r['best']) for g in groups for r in g),
                           subtitle=quoted(f'full-batch adam, logistic loss, f32; {groups[0][0]["cpu"]}'))
    path = os.path.join(folder, 'peers.gp')
    with open(path, 'w') as f:
        f.write(script)
    if not shutil.which('gnuplot'):
        print('compare-peers: gnuplot is not here: no pictures')
    elif subprocess.call(['gnuplot', path]):
        raise SystemExit(f'compare-peers: gnuplot {path} failed')
