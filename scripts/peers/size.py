"""One data set of a comparison, as the program makes it; and the program's own part: losses and turns."""
import csv, os, subprocess, sys
import numpy as np

CELLS = 64  # settings of the sweep; those who train fewer at once, or one, are timed on some of them


def run(command, **kw):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, **kw)
    if done.returncode:
        sys.exit(f'compare-peers: {" ".join(command)}: exit code {done.returncode}')
    return done.stdout


class Size:
    """One data set: made once, and kept in folder for the peers and for later calls."""
    def __init__(self, bench, folder, rows, features, per_row, steps, threads):
        self.threads = threads
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
        run([self.bench, '--grid', self.grid, '--out', out, '--fresh', '--no-plots', '--quiet'], stderr=subprocess.DEVNULL)
        with open(os.path.join(out, 'runs.csv')) as f:
            runs = sorted((float(r['eta0']), float(r['final_loss'])) for r in csv.DictReader(f))
        self.save('etas', np.array([eta for eta, _ in runs]))
        self.losses = [loss for _, loss in runs]

    def throughput(self):
        """One turn of the program: its rate, and that of plain C."""
        lines = run([self.bench, 'throughput', '--rows', str(self.rows), '--features', str(self.features), '--per-row',
                     str(self.per_row), '--cells', str(CELLS), '--epochs', str(self.steps), '--repeats', '1',
                     '--threads', str(self.threads), '--format', 'csv']).splitlines()
        row = next(csv.DictReader(lines))
        if int(row['nonzeros']) != self.nonzeros:
            sys.exit('compare-peers: bench throughput trains on other data than bench data has written')
        return float(row['lockstep']), float(row['plain'])
