"""PyTorch, settings batched by hand: sparse CSR times (d, K), gradients by the transposed matrix kept as CSR (no
autograd: its backward pass would transpose at every step), Adam in place with a step size a column.
"""
import warnings
import numpy as np, torch
from peer import BETA1, BETA2, EPSILON, serve


def sparse(data):
    """X and its transpose, CSR."""
    import scipy.sparse
    warnings.filterwarnings('ignore', message='Sparse CSR')  # beta state, it says
    x = scipy.sparse.csr_matrix((data.values, data.indices, data.indptr), (data.n, data.d))
    return [torch.sparse_csr_tensor(torch.from_numpy(a.indptr.astype(np.int64)),
                                    torch.from_numpy(a.indices.astype(np.int64)), torch.from_numpy(a.data), a.shape)
            for a in (x, x.T.tocsr())]


def trainer(data, x, xt):
    """x(w), xt(e): the products with the data and its transpose."""
    y, k = torch.from_numpy(data.y.astype(np.float32))[:, None], len(data.etas)
    eta = torch.from_numpy(data.etas.astype(np.float32))

    @torch.no_grad()
    def train(steps):
        w, b = torch.zeros(data.d, k), torch.zeros(1, k)
        states = [(p, torch.zeros_like(p), torch.zeros_like(p), torch.empty_like(p)) for p in (w, b)]
        for t in range(1, steps + 1):
            e = x(w).add_(b).sigmoid_().sub_(y).mul_(1 / data.n)
            for (p, m, v, scratch), g in zip(states, (xt(e), e.sum(0, keepdim=True))):
                m.mul_(BETA1).add_(g, alpha=1 - BETA1)
                v.mul_(BETA2).addcmul_(g, g, value=1 - BETA2)
                torch.sqrt(v, out=scratch).mul_((1 - BETA2 ** t) ** -0.5).add_(EPSILON)
                torch.div(m, scratch, out=scratch).mul_(eta / (1 - BETA1 ** t))
                p.sub_(scratch)
        z = x(w).add_(b)
        return torch.nn.functional.binary_cross_entropy_with_logits(
            z, y.expand_as(z), reduction='none').mean(0, dtype=torch.float64)
    return train


def make(data):
    x, xt = sparse(data)
    return {'name': f'PyTorch {torch.__version__}'}, trainer(data, x.matmul, xt.matmul)


if __name__ == '__main__':
    torch.set_num_threads(1)
    serve(make)
