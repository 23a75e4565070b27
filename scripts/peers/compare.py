"""What scripts/compare-peers runs: makes the data with the program, starts every peer that is installed, lets all of them
train in turn, and writes peers.csv, the table, and the chart. See scripts/compare-peers --help."""
import argparse, csv, json, os, re, statistics, subprocess, sys
import numpy as np
import chart

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BOUND = 1e-3  # of the relative difference of final losses; on tiny data f32 differs by some 1e-4
CELLS = 64  # settings of the sweep; those who train fewer at once, or one, are timed on some of them

# name in the table (the library's version takes the place of {}) | program | settings trained | what it needs | note
SGD = 'a'  # another algorithm: its losses are not compared
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
COLUMNS = ['rows', 'features', 'nonzeros', 'steps', 'rounds', 'name', 'settings', 'rate', 'least', 'most', 'times',
           'loss_difference', 'note', 'cpu']


def run(command, **kw):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, **kw)
    if done.returncode:
        sys.exit(f'compare-peers: {" ".join(command)}: exit code {done.returncode}')
    return done.stdout


def installed(module):
    return subprocess.call([sys.executable, '-c', f'import {module}'], stderr=subprocess.DEVNULL) == 0


class Size:
    """One data set: made once, and kept in folder for the peers and for later calls."""
    def __init__(self, bench, folder, rows, features, per_row, steps):
        self.bench, self.rows, self.features, self.per_row, self.steps = bench, rows, features, per_row, steps
        self.folder = os.path.join(folder, f'{rows}x{features}x{per_row}')
        os.makedirs(self.folder, exist_ok=True)
        self.grid = os.path.join(self.folder, 'grid.ini')
        with open(self.grid, 'w') as f:
            f.write(f'[sweep]\nepochs = {steps}\nevaluate = {steps}\ntarget = loss 0\n'
                    f'[data d]\nkind = synthetic\nrows = {rows}\nfeatures = {features}\n'
                    f'sparsity = {1 - per_row / features!r}\npopularity = 1\n'
                    f'[optimizer adam]\neta0 = logspace(1e-4, 1e-2, {CELLS})\n')
        if not os.path.exists(os.path.join(self.folder, 'd.npy')):
            self.export()
        self.nonzeros = len(np.load(os.path.join(self.folder, 'indices.npy'), mmap_mode='r'))
        self.train()

    def save(self, name, array):
        np.save(os.path.join(self.folder, name + '.npy'), array)

    def export(self):
        """The program's own data set, by way of a LIBSVM file in which every value is 1."""
        file = os.path.join(self.folder, 'data.svm')
        run([self.bench, 'data', '--grid', self.grid, '--export', file])
        with open(file, 'rb') as f:
            text = f.read()
        os.remove(file)
        byte = np.frombuffer(text, np.uint8)
        before = np.cumsum(byte == ord(' '))[np.flatnonzero(byte == ord('\n'))]  # entries up to each row's end
        numbers = np.fromstring(text.replace(b':1 ', b' ').replace(b':1\n', b'\n').decode(), np.int64, sep=' ')
        indptr = np.concatenate([[0], before])
        if len(before) != self.rows or len(numbers) != self.rows + indptr[-1]:
            sys.exit(f'compare-peers: {file}: {len(before)} rows, {len(numbers)} numbers: not as exported')
        labels = indptr[:-1] + np.arange(self.rows)
        self.save('indptr', indptr.astype(np.int32))
        self.save('indices', (np.delete(numbers, labels) - 1).astype(np.int32))
        self.save('y', numbers[labels].astype(np.float64))
        self.save('d', self.features)

    def train(self):
        """The sweep itself: step sizes and final losses, which those of the peers are held against."""
        out = os.path.join(self.folder, 'sweep')
        run([self.bench, '--grid', self.grid, '--out', out, '--no-plots', '--quiet'], stderr=subprocess.DEVNULL)
        with open(os.path.join(out, 'runs.csv')) as f:
            runs = sorted((float(r['eta0']), float(r['final_loss'])) for r in csv.DictReader(f))
        self.save('etas', np.array([eta for eta, _ in runs]))
        self.losses = [loss for _, loss in runs]

    def throughput(self):
        """One turn of the program: its rate, and that of plain C."""
        lines = run([self.bench, 'throughput', '--rows', str(self.rows), '--features', str(self.features), '--per-row',
                     str(self.per_row), '--cells', str(CELLS), '--epochs', str(self.steps), '--repeats', '1',
                     '--format', 'csv']).splitlines()
        row = next(csv.DictReader(lines))
        if int(row['nonzeros']) != self.nonzeros:
            sys.exit('compare-peers: bench throughput trains on other data than bench data has written')
        return float(row['lockstep']), float(row['plain'])


class Peer:
    def __init__(self, size, name, program, settings, _, note):
        self.size, self.settings, self.note, self.rates = size, settings, note, []
        self.process = subprocess.Popen([sys.executable, os.path.join(HERE, program), size.folder, str(settings)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.name = name.format(self.answer()['name'])

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f'compare-peers: {" ".join(self.process.args)} has ended: see above')
        return json.loads(line)

    def turn(self):
        print(self.size.steps, file=self.process.stdin, flush=True)
        got = self.answer()
        self.rates.append(self.size.nonzeros * self.settings * self.size.steps / got['seconds'] / 1e6)
        ours = self.size.losses[::CELLS // self.settings][:self.settings]
        self.loss_difference = max(abs(a - b) / b for a, b in zip(got['losses'], ours))

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def race(size, peers, rounds):
    """Rows of peers.csv: all in turn, round after round, so that a busy machine hits all."""
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
        return {'rows': size.rows, 'features': size.features, 'nonzeros': size.nonzeros, 'steps': size.steps,
                'rounds': rounds, 'name': name, 'settings': settings, 'rate': f'{statistics.median(rates):.1f}',
                'least': f'{min(rates):.1f}', 'most': f'{max(rates):.1f}',
                'times': f'{statistics.median(a / b for a, b in zip(ours, rates)):.2f}',
                'loss_difference': difference, 'note': note, 'cpu': cpu}
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


def by_size(rows):
    groups = {}
    for r in rows:
        groups.setdefault((int(r['rows']), int(r['features'])), []).append(r)
    return [groups[key] for key in sorted(groups)]


def table(rows):
    lines = [f'full-batch adam, logistic loss, f32, 1 thread; {rows[0]["cpu"]}',
             'rate: millions of non-zeros x runs a second, median of the rounds; loss: greatest relative difference from here']
    width = max(len(r['name'] + r['note']) for r in rows) + 5
    for group in by_size(rows):
        first = group[0]
        lines += ['', '{:,} rows, {:,} features, {:,} non-zeros; {} steps, {} round{}'.format(
            *(int(first[k]) for k in ('rows', 'features', 'nonzeros', 'steps', 'rounds')),
            '' if first['rounds'] == '1' else 's'),
            f'  {"":<{width}}{"rate":>8}{"least":>8}{"most":>8}   {"here is":>9}{"loss":>10}']
        for r in group:
            times = '' if r['name'] == HERE_NAME else f'{float(r["times"]):.1f} x'
            mark = f' ({r["note"]})' if r['note'] else ''
            lines.append(f'  {r["name"] + mark:<{width}}{float(r["rate"]):>8.0f}{float(r["least"]):>8.0f}'
                         f'{float(r["most"]):>8.0f}   {times:>9}{r["loss_difference"]:>10}'.rstrip())
    for note in sorted({r['note'] for r in rows if r['note']}):
        lines += ['', f'({note}) {NOTES[note]}']
    return '\n'.join(lines)


def main():
    def size(text):
        found = re.fullmatch(r'(\d+)x(\d+)', text)
        if not found:
            raise argparse.ArgumentTypeError(f"'{text}': expected ROWSxFEATURES, as in 20000x5000")
        return int(found.group(1)), int(found.group(2))

    parser = argparse.ArgumentParser(prog='scripts/compare-peers', description=(
        'The same sweep here and in SciPy, PyTorch and scikit-learn, one thread each, by turns on the same data: '
        f'{CELLS} step sizes of full-batch Adam. Prints a table, and ends with exit code 1 where final losses differ; writes peers.csv, peers.txt and a chart into --out, '
        'where sizes of earlier calls stay. What is missing is installed from Debian (python3-scipy, python3-sklearn, '
        'python3-torch); what cannot be is left out, and named.'))
    parser.add_argument('--sizes', type=size, nargs='+', default=[(20000, 5000), (100000, 100000)],
                        metavar='ROWSxFEATURES', help='data sets (20000x5000 100000x100000)')
    parser.add_argument('--per-row', type=int, default=50, help='non-zeros a row (50)')
    parser.add_argument('--rounds', type=int, default=3, help='turns of each (3)')
    parser.add_argument('--steps', type=int, help='full-batch steps a turn (50 million non-zeros, at least 5, at most 50)')
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
        measured = list(race(Size(os.path.abspath(o.bench), o.out, rows, features, o.per_row, steps), peers, o.rounds))
        others = [r for r in read(file) if (int(r['rows']), int(r['features'])) != (rows, features)]
        write(file, others + measured)
    rows = read(file)
    text = table(rows)
    print(text)
    with open(os.path.join(o.out, 'peers.txt'), 'w') as f:
        f.write(text + '\n')
    chart.draw(o.out, by_size(rows))
    apart = [r for r in rows if r['loss_difference'] and not float(r['loss_difference']) <= BOUND]
    for r in apart:
        print(f'compare-peers: {r["name"]}: its losses differ from those here by {r["loss_difference"]}, more than {BOUND:g}',
              file=sys.stderr)
    return 1 if apart else 0


if __name__ == '__main__':
    sys.exit(main())
