"""PyTorch, one setting after the other, with torch.optim.Adam. The gradient is put into .grad by hand, by the transposed
matrix: faster than autograd.
"""
import numpy as np, torch
from peer import BETA1, BETA2, EPSILON, serve
from torch_batched import sparse


def make(data):
    (x, xt), y = sparse(data), torch.from_numpy(data.y.astype(np.float32))[:, None]

    def train_one(eta, steps):
        w, b = torch.zeros(data.d, 1), torch.zeros(1)
        optimizer = torch.optim.Adam([w, b], lr=eta, betas=(BETA1, BETA2), eps=EPSILON)
        for _ in range(steps):
            e = (x @ w).add_(b).sigmoid_().sub_(y).mul_(1 / data.n)
            w.grad, b.grad = xt @ e, e.sum(0)
            optimizer.step()
        return torch.nn.functional.binary_cross_entropy_with_logits(x @ w + b, y)

    def train(steps):
        with torch.no_grad():
            return [train_one(float(eta), steps) for eta in data.etas]
    return {'name': f'PyTorch {torch.__version__}'}, train


torch.set_num_threads(1)
serve(make)
