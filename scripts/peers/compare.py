"""What scripts/compare-peers runs: makes the data with the program, starts every peer that is installed, lets all of them
train in turn, and writes peers.csv, the table, and the chart. See scripts/compare-peers --help."""
import argparse, csv, json, os, re, statistics, subprocess, sys
import chart
from size import CELLS, Size

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BOUND = 1e-3  # of the relative difference of final losses; on tiny data f32 differs by some 1e-4

SGD = 'a'  # another algorithm: its losses are not compared
# name in the table (the library's version takes the place of {}) | program | settings trained | what it needs | note
PEERS = [
    ('{}, 16 at once', 'scipy_batched.py', 16, ['scipy'], ''),
    ('{}, 64 at once', 'scipy_batched.py', 64, ['scipy'], ''),
    ('{}, 16 at once', 'torch_batched.py', 16, ['torch', 'scipy'], ''),
    ('{}, 64 at once', 'torch_batched.py', 64, ['torch', 'scipy'], ''),
    ('{}, 16 at once', 'torch_bags.py', 16, ['torch', 'scipy'], 'b'),
    ('{}, 64 at once', 'torch_bags.py', 64, ['torch', 'scipy'], 'b'),
    ('{}, one at a time', 'torch_single.py', 1, ['torch', 'scipy'], ''),
    ('{} SGDClassifier', 'sklearn_sgd.py', 1, ['sklearn', 'scipy'], SGD),
]
NOTES = {
    SGD: 'plain SGD, one row a step, in f64: less work (one pass over the rows instead of two, no moments), and another\n'
         '    algorithm, so its loss is not compared',
    'b': 'no sparse matrix: a row is a bag of features, a feature a bag of rows; a layer for recommender systems',
}
HERE_NAME, PLAIN_NAME = 'here', 'plain C, one at a time'
COLUMNS = ['rows', 'features', 'threads', 'nonzeros', 'steps', 'rounds', 'name', 'settings', 'best', 'median', 'least',
           'times', 'loss_difference', 'note', 'cpu']


def installed(module):
    return subprocess.call([sys.executable, '-c', f'import {module}'], stderr=subprocess.DEVNULL) == 0


class Peer:
    """As many processes as there are threads, each with all the settings: what a user does with programs of one thread."""
    def __init__(self, size, name, program, settings, _, note):
        self.size, self.settings, self.note, self.rates = size, settings, note, []
        self.processes = [subprocess.Popen([sys.executable, '-B', os.path.join(HERE, program), size.folder, str(settings)],
                                           stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
                          for _ in range(size.threads)]
        self.name = name.format([answer(p) for p in self.processes][0]['name'])

    def turn(self):
        for p in self.processes:
            print(self.size.steps, file=p.stdin, flush=True)
        got = [answer(p) for p in self.processes]
        work = self.size.nonzeros * self.settings * self.size.steps * len(self.processes)
        self.rates.append(work / max(g['seconds'] for g in got) / 1e6)
        ours = self.size.losses[::CELLS // self.settings][:self.settings]
        self.loss_difference = max(abs(a - b) / b for g in got for a, b in zip(g['losses'], ours))

    def end(self):
        for p in self.processes:
            p.stdin.close()
            p.wait()


def answer(process):
    line = process.stdout.readline()
    if not line:
        sys.exit(f'compare-peers: {" ".join(process.args)} has ended: see above')
    return json.loads(line)


def race(size, peers, rounds):
    """Rows of peers.csv: all in turn, round after round, so that a busy machine hits all; the best round of each counts."""
    ours, plain = [], []
    racers = [Peer(size, *p) for p in peers]
    for k in range(rounds):
        print(f'compare-peers: {size.rows} rows, {size.features} features: round {k + 1} of {rounds}', file=sys.stderr)
        a, b = size.throughput()
        ours.append(a), plain.append(b)
        for r in racers:
            r.turn()
    for r in racers:
        r.end()
    with open('/proc/cpuinfo') as f:
        cpu = re.search(r'model name\s*: (.*)', f.read()).group(1)

    def row(name, settings, rates, difference, note):
        return {'rows': size.rows, 'features': size.features, 'threads': size.threads, 'nonzeros': size.nonzeros,
                'steps': size.steps, 'rounds': rounds, 'name': name, 'settings': settings, 'best': f'{max(rates):.1f}',
                'median': f'{statistics.median(rates):.1f}', 'least': f'{min(rates):.1f}',
                'times': f'{max(ours) / max(rates):.2f}', 'loss_difference': difference, 'note': note, 'cpu': cpu}
    yield row(HERE_NAME, CELLS, ours, '', '')
    yield row(PLAIN_NAME, 1, plain, '', '')
    for r in racers:
        yield row(r.name, r.settings, r.rates, '' if r.note == SGD else f'{r.loss_difference:.1e}', r.note)


def read(file):
    if not os.path.exists(file):
        return []
    with open(file) as f:
        return list(csv.DictReader(f))


def write(file, rows):
    with open(file, 'w') as f:
        table = csv.DictWriter(f, COLUMNS, lineterminator='\n')
        table.writeheader()
        table.writerows(rows)


def which(row):
    return int(row['rows']), int(row['features']), int(row['threads'])


def by_size(rows):
    groups = {}
    for r in rows:
        groups.setdefault(which(r), []).append(r)
    return [groups[key] for key in sorted(groups)]


def plural(count):
    return '' if int(count) == 1 else 's'


def table(rows):
    lines = [f'full-batch adam, logistic loss, f32; {rows[0]["cpu"]}',
             'millions of non-zeros x runs a second; ratios are of the best rounds: what else a machine does only slows',
             'loss: greatest relative difference of final losses from those here']
    width = max(len(r['name'] + r['note']) for r in rows) + 5
    for group in by_size(rows):
        first = group[0]
        lines += ['', '{:,} rows, {:,} features, {:,} non-zeros; {} thread{}; {} steps, {} round{}'.format(
            *(int(first[k]) for k in ('rows', 'features', 'nonzeros')), first['threads'], plural(first['threads']),
            first['steps'], first['rounds'], plural(first['rounds'])),
            f'  {"":<{width}}{"best":>8}{"median":>8}{"least":>8}   {"here is":>9}{"loss":>10}']
        for r in group:
            times = '' if r['name'] == HERE_NAME else f'{float(r["times"]):.1f} x'
            mark = f' ({r["note"]})' if r['note'] else ''
            lines.append(f'  {r["name"] + mark:<{width}}{float(r["best"]):>8.0f}{float(r["median"]):>8.0f}'
                         f'{float(r["least"]):>8.0f}   {times:>9}{r["loss_difference"]:>10}'.rstrip())
    for note in sorted({r['note'] for r in rows if r['note']}):
        lines += ['', f'({note}) {NOTES[note]}']
    return '\n'.join(lines)


def main():
    def count(text):
        if not re.fullmatch('[1-9][0-9]*', text):
            raise argparse.ArgumentTypeError(f"'{text}': expected a whole number from 1 on")
        return int(text)

    def size(text):
        found = re.fullmatch(r'(\d+)x(\d+)', text)
        if not found:
            raise argparse.ArgumentTypeError(f"'{text}': expected ROWSxFEATURES, as in 20000x5000")
        return tuple(map(count, found.groups()))

    parser = argparse.ArgumentParser(prog='scripts/compare-peers', description=(
        'The same sweep here and in SciPy, PyTorch and scikit-learn, by turns on the same data: '
        f'{CELLS} step sizes of full-batch Adam. Prints a table, and ends with exit code 1 where final losses '
        'differ; writes peers.csv, peers.txt and a chart into --out, where sizes of earlier calls stay. What is missing is installed from Debian (python3-scipy, python3-sklearn, '
        'python3-torch); what cannot be is left out, and named.'))
    parser.add_argument('--sizes', type=size, nargs='+', default=[(20000, 5000), (100000, 100000)],
                        metavar='ROWSxFEATURES', help='data sets (20000x5000 100000x100000)')
    parser.add_argument('--per-row', type=count, default=50, help='non-zeros a row (50)')
    parser.add_argument('--rounds', type=count, default=3, help='turns of each (3)')
    parser.add_argument('--steps', type=count, help='full-batch steps a turn (50 million non-zeros, at least 5, at most 50)')
    parser.add_argument('--threads', type=count, default=1, help='threads here, and processes of each peer, each with all '
                        'its settings (1)')
    parser.add_argument('--out', default='results/peers', help='folder (results/peers)')
    parser.add_argument('--bench', default=os.path.join(ROOT, 'build', 'bench'), help='the program (build/bench)')
    parser.add_argument('--only', default='', metavar='REGEX', help='peers whose program in scripts/peers matches')
    parser.add_argument('--no-install', action='store_true', help='install and build nothing')
    o = parser.parse_args()

    wanted = [p for p in PEERS if re.search(o.only, p[1])]
    missing = {m for m in {m for p in wanted for m in p[3]} if not installed(m)}
    peers = [p for p in wanted if not missing & set(p[3])]
    for p in wanted:
        if p not in peers:
            print(f'compare-peers: left out {p[1]} {p[2]}: not installed: {", ".join(missing & set(p[3]))}', file=sys.stderr)
    os.makedirs(o.out, exist_ok=True)
    file = os.path.join(o.out, 'peers.csv')
    for rows, features in o.sizes:
        steps = o.steps or max(5, min(50, 50_000_000 // (rows * o.per_row)))
        measured = list(race(Size(os.path.abspath(o.bench), o.out, rows, features, o.per_row, steps, o.threads),
                             peers, o.rounds))
        others = [r for r in read(file) if which(r) != (rows, features, o.threads)]
        write(file, others + measured)
    rows = read(file)
    text = table(rows)
    print(text)
    with open(os.path.join(o.out, 'peers.txt'), 'w') as f:
        f.write(text + '\n')
    chart.draw(o.out, by_size(rows))
    apart = [r for r in rows if r['loss_difference'] and not float(r['loss_difference']) <= BOUND]
    for r in apart:
        print(f'compare-peers: {r["name"]}: its losses differ from those here by {r["loss_difference"]}, more than '
              f'{BOUND:g}', file=sys.stderr)
    return 1 if apart else 0


if __name__ == '__main__':
    sys.exit(main())
