"""What all peers have in common: the data, and turns. A peer is a program of its own, so that no library disturbs
another: called with a folder and a number of settings, it reads the data, warms up, prints a line of JSON about itself,
and then trains once for every line on its standard input: `STEPS` -> {"seconds": ..., "losses": [of each setting]}.
"""
import json, sys, time
import numpy as np

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


class Data:
    """X in CSR with ones for values, targets y in [0, 1], and the step sizes of this peer's settings."""
    def __init__(self, folder, settings):
        self.indptr, self.indices, self.y, etas = (
            np.load(f'{folder}/{name}.npy') for name in ('indptr', 'indices', 'y', 'etas'))
        self.n, self.d = len(self.y), int(np.load(f'{folder}/d.npy'))
        self.values = np.ones(len(self.indices), np.float32)
        self.etas = etas[::len(etas) // settings][:settings]


def serve(make):
    """make(data) -> (what it is, train); train(steps) -> losses of all settings."""
    data = Data(sys.argv[1], int(sys.argv[2]))
    about, train = make(data)
    train(1)
    print(json.dumps(about), flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        losses = train(int(line))
        seconds = time.perf_counter() - start
        print(json.dumps({'seconds': seconds, 'losses': [float(x) for x in losses]}), flush=True)
